"""批量开具: sheets of bills that are uploaded, judged row by row, corrected, and issued in the background."""
