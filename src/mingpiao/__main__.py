"""`python -m mingpiao` is the command line."""

from mingpiao.cli import main

main()
