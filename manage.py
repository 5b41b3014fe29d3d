#!/usr/bin/env python
"""Runs the project's commands; without arguments it lists them (`guide`)."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bansos.settings")
    execute_from_command_line(sys.argv if sys.argv[1:] else [*sys.argv, "guide"])
