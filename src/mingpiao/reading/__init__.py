"""Reads files: each page becomes upright lines of text with places, from its text layer or by OCR.

Files from outside are opened only in reading processes (`process.py`), which can be killed. These import
the OCR libraries when the first picture has to be read, and not before.
"""
