"""Render equations as MathML while the site is built: no scripts, no network."""

import re

from docutils.nodes import SkipNode
from latex2mathml.converter import convert

# The spaces of TeX, where browsers would put none or wide ones.
_BAR = 'stretchy="false" lspace="0" rspace="0"'
_LOG = r"(?<!<msub>)<mi>[a-z]{2,}</mi>|<msub><mi>[a-z]{2,}</mi><mn>\d</mn></msub>"
_SPACES = (
    (r'<mo(?: stretchy="false")?>(&#x0007C;|&#x02016;)</mo>', rf"<mo {_BAR}>\1</mo>"),  # |x|
    (r"<mo>([A-Za-z]+)</mo>(?=<mo)", r'<mo lspace="0.17em" rspace="0">\1</mo>'),  # max(x)
    (rf"({_LOG})(?=<m[^o])", r'\1<mspace width="0.17em" />'),  # log x
    (rf"(</m(i|n|sub|sup)>)(?={_LOG})", r'\1<mspace width="0.17em" />'),  # p log x
)


def _mathml(tex, display):
    math = convert(tex, display=display)
    for found, spaced in _SPACES:
        math = re.sub(found, spaced, math)
    return math


def _inline(self, node):
    self.body.append(_mathml(node.astext(), "inline"))
    raise SkipNode


def _block(self, node):
    parts = node.astext().split(r"\qquad")  # which a narrow page puts below each other
    math = "".join(_mathml(part, "block") for part in parts)
    self.body.append(f'<div class="math-block">{math}</div>')
    raise SkipNode


def setup(app):
    """Register the renderer."""
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
