"""`python -m infra.cli`: the command `corridor`."""

from infra.cli.app import main

if __name__ == "__main__":
    main()
