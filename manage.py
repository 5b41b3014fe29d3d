#!/usr/bin/env python
"""Runs the project's commands; without arguments it lists them (`guide`).

Without DATABASE_URL a command that needs the database finds the embedded servers running, or runs them itself.
"""

import os
import sys

from django.core.management import execute_from_command_line


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bansos.settings")
    arguments = sys.argv if sys.argv[1:] else [*sys.argv, "guide"]
    from django.conf import settings

    if settings.EMBEDDED:
        from bansos import servers

        with servers.for_command(arguments[1]):
            execute_from_command_line(arguments)
    else:
        execute_from_command_line(arguments)


if __name__ == "__main__":
    main()
