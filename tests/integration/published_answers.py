"""What the published documents answer to each manager's questions, written by hand from the texts.

Question -> indicator, place, funder, and the number with its qualifier, or the words, and the target. Questions that
are not here have no answer in any document.
"""

from __future__ import annotations

Answer = tuple[str, str, str | None, str]
JOINT = "JS-KAIROUAN-JENDOUBA"
KAKUMA = "KAKUMA-KALOBEYEI"

ANSWERS: dict[str, list[Answer]] = {
    "CM1-ADAMA-1": [("CM-O3-02", "ADAMA", None, "700")],
    "CM1-ADAMA-2": [
        ("CM-O3-06-R", "ADAMA", None, "1"),
        ("CM-O3-06-K", "ADAMA", None, "nothing, target 6"),
        ("CM-O3-06-K", "ADAMA", None, "nothing, target 3"),
        ("CM-O3-06-C", "ADAMA", None, "1"),
    ],
    "CM1-ADAMA-3": [
        ("CM-O4-06", "ADAMA", None, "1"),
        ("CM-O4-02-C", "ADAMA", None, "21"),
        ("CM-P-AF", "ADAMA", None, "every six months"),
    ],
    "CM1-JIGJIGA-1": [("CM-O3-06-D", "JIGJIGA", None, "3")],
    "CM1-JIGJIGA-2": [("CM-O1-02-P", "JIGJIGA", None, "1")],
    "CM1-JIGJIGA-3": [("CM-C-55", "SOMALI-REGION", None, "1,000,000")],
    "CM1-KAKUMA-1": [("CM-O4-02-P", KAKUMA, None, "over 150")],
    "CM1-KAKUMA-2": [
        ("CM-O4-05-S", KAKUMA, None, "3"),
        ("CM-C-59-B", "TURKANA", None, "2,500"),
        ("CM-C-59-M", "TURKANA", None, "at_least 56,000,000"),
    ],
    "CM1-KAKUMA-3": [("CM-C-57-H", KAKUMA, None, "46,000"), ("CM-C-58", KAKUMA, None, "about 187,000")],
    "CM1-ARUA-1": [("CM-O3-04", "UG", None, "Almost all, target 13,000")],
    "CM1-ARUA-2": [
        ("CM-C-62-B", "ARUA", None, "600"),
        ("CM-C-62-A", "ARUA", None, "1,080"),
        ("CM-C-61", "ARUA", None, "24"),
    ],
    "CM1-ARUA-3": [("CM-O4-01", "ARUA", "other", "1"), ("CM-O4-05-V", "ARUA", None, "1")],
    "CM1-JINJA-1": [
        ("CM-O4-05-S", "JINJA", None, "1"),
        (
            "CM-C-37", "JINJA", None,
            "high poverty rates, limited access to basic and support services, and a low level of trust in the city "
            "administration and community organizations",
        ),
        ("CM-C-63", "JINJA", None, "3,000"),
    ],
    "CM1-JINJA-3": [
        ("CM-O1-05", "JS-JINJA-JIGJIGA", None, "a series"),
        ("CM-O1-04", "HORN-OF-AFRICA", None, "9"),
        ("CM-P-24", "HORN-OF-AFRICA", None, "30"),
    ],
    "CM1-KAIROUAN-1": [
        ("CM-O2-03-P", "KAIROUAN", None, "81"),
        ("CM-O2-03-P", JOINT, None, "118"),
        ("CM-O2-03-W", JOINT, None, "65"),
    ],
    "CM1-KAIROUAN-2": [("CM-O2-03-F", JOINT, "project", "60"), ("CM-O2-03-F", JOINT, "other", "58")],
    "CM1-KAIROUAN-3": [
        ("CM-O2-10", "KAIROUAN", None, "3"),
        ("CM-O2-10", JOINT, None, "7"),
        ("CM-O2-12-S", "KAIROUAN", None, "5"),
        ("CM-O2-12-A", "KAIROUAN", None, "at_least 25"),
    ],
    "CM1-JENDOUBA-1": [
        ("CM-O2-03-P", "JENDOUBA", None, "37"),
        ("CM-O2-03-P", JOINT, None, "118"),
        ("CM-O2-03-F", JOINT, "project", "60"),
        ("CM-O2-03-F", JOINT, "other", "58"),
    ],
    "CM1-JENDOUBA-2": [("CM-O2-10", "JENDOUBA", None, "4"), ("CM-O2-10", JOINT, None, "7")],
    "CM1-JENDOUBA-3": [("CM-O4-01", JOINT, None, "1"), ("CM-O4-02-C", JOINT, None, "40")],
    "CM1-AMATITLAN-1": [("CM-O4-07", "AMATITLAN", None, "3")],
    "CM1-AMATITLAN-2": [("CM-O4-08", "AMATITLAN", None, "at_least 1")],
    "CM1-SAN-MARCOS-1": [
        ("CM-O2-04", "SAN-MARCOS", None, "25,000, target 25,000"),
        ("CM-O2-04", "SAN-MARCOS", None, "over 25,000, target 25,000"),
        ("CM-O2-04-W", "SAN-MARCOS", None, "50"),
    ],
    "CM1-SAN-MARCOS-2": [
        ("CM-O2-06", "SAN-MARCOS", None, "nearly 700,000"),
        ("CM-O2-06", "SAN-MARCOS", None, "2,400,000"),
        ("CM-O2-07", "SAN-MARCOS", None, "450,000"),
        ("CM-O2-07-E", "SAN-MARCOS", None, "over 30"),
        ("CM-O2-11", "SAN-MARCOS", None, "3,000"),
    ],
    "CM1-SAN-MARCOS-3": [
        ("CM-O3-05-S", "SAN-MARCOS", None, "600"),
        ("CM-O3-05-S", "SAN-MARCOS", None, "nearly 1,000"),
        ("CM-O3-05-W", "SAN-MARCOS", None, "50"),
    ],
    "CM2-TUNISIA-1": [("CM-O3-06-S", "TN", None, "3"), ("CM-O3-07", "TN", None, "over 100,000")],
    "CM2-ETHIOPIA-3": [("CM-C-68", "JIGJIGA", None, "17,000")],
    "CM2-SAN-MARCOS-1": [("CM-O2-05", "SAN-MARCOS", None, "over 28,000")],
    "CM2-SAN-MARCOS-2": [
        ("CM-O2-06", "SAN-MARCOS", None, "over 5,000,000"),
        ("CM-O2-07", "SAN-MARCOS", None, "over 12,000,000"),
    ],
    "CM2-SAN-MARCOS-3": [
        ("CM-O3-05-S", "SAN-MARCOS", None, "over 2,000"),
        ("CM-O3-05-K", "SAN-MARCOS", None, "11"),
        ("CM-O3-05-W", "SAN-MARCOS", None, "53"),
    ],
}  # fmt: skip
