"""Render equations as MathML while the site is built: no scripts, no network."""

from latex2mathml.converter import convert


def _inline(self, node):
    self.body.append(convert(node.astext()))
    raise _skip()


def _block(self, node):
    self.body.append('<div class="math-block">')
    self.body.append(convert(node.astext(), display="block"))
    self.body.append("</div>")
    raise _skip()


def _skip():
    from docutils.nodes import SkipNode

    return SkipNode()


def setup(app):
    """Register the renderer."""
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
