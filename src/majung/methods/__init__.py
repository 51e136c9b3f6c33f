"""Mathematics: arrays in, arrays out. No files, no clock, no domain words.

May import numpy, scipy and solvers only. One method family a module; each public function states its formula, shapes,
units, errors and source.
"""
