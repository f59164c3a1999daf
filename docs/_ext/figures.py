"""Draw the figures of the examples as skdeep draws its own: in its colors, with dashes."""

import matplotlib.pyplot as plt
from cycler import cycler

from skdeep.diagnostics.displays.base import DASHES, OKABE_ITO


def set_style(gallery_conf, fname):
    """Set the style of the next example. sphinx-gallery resets it before."""
    colors, dashes = cycler(color=OKABE_ITO.values()), cycler(linestyle=DASHES)
    twelve = 2 * colors + 3 * dashes  # pairs, none twice
    plt.rcParams.update({"axes.prop_cycle": twelve, "lines.linewidth": 2, "font.size": 12})
