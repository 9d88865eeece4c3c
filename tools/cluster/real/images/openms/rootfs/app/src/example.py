"""Writes an mzML file of made-up spectra: python -m src.example FILE [SPECTRA] [PEAKS]."""

import math
import sys

import pyopenms


def main(file, spectra="20", peaks="50"):
    experiment = pyopenms.MSExperiment()
    for index in range(int(spectra)):
        spectrum = pyopenms.MSSpectrum()
        spectrum.setRT(60.0 + 2 * index)
        spectrum.setMSLevel(1)
        height = 1000 * math.exp(-(((index - int(spectra) / 2) / (int(spectra) / 6)) ** 2))
        spectrum.set_peaks(
            (
                [200.0 + 7.5 * peak for peak in range(int(peaks))],
                [1 + height * (1 + math.sin(peak)) for peak in range(int(peaks))],
            )
        )
        experiment.addSpectrum(spectrum)
    pyopenms.MzMLFile().store(file, experiment)


if __name__ == "__main__":
    main(*sys.argv[1:])
