"""`python -m gridcli`: the same as the `gridcli` command."""

from gridcli.cli import main

if __name__ == "__main__":
    main()
