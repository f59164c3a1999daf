"""Tables of results, as text and as HTML."""

from collections.abc import Sequence
from html import escape

__all__ = ["Table"]

Rows = Sequence[Sequence[str]]


class Table:
    """A result that prints as a heading, a table and notes.

    Subclasses implement ``_heading``, ``_header``, ``_rows`` and ``_notes``.
    """

    def _heading(self) -> str:
        raise NotImplementedError

    def _header(self) -> Sequence[str]:
        raise NotImplementedError

    def _rows(self) -> Rows:
        raise NotImplementedError

    def _notes(self) -> Sequence[str]:
        return ()

    def __str__(self) -> str:
        lines = [self._heading(), *_aligned([self._header(), *self._rows()]), *self._notes()]
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        """Return the table for notebooks."""
        head = "".join(f"<th>{escape(cell)}</th>" for cell in self._header())
        body = "".join(
            "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>"
            for row in self._rows()
        )
        notes = "".join(f"<p>{escape(note)}</p>" for note in self._notes())
        return (
            f"<div><p><b>{escape(self._heading())}</b></p><table><thead><tr>{head}</tr></thead>"
            f"<tbody>{body}</tbody></table>{notes}</div>"
        )


def _aligned(rows: Rows) -> list[str]:
    """Return the lines of a table with aligned columns."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(["", *(cell.ljust(n) for cell, n in zip(row, widths, strict=True))]).rstrip()
        for row in rows
    ]
