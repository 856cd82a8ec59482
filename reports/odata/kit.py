"""The files by which a BI tool finds the sets: Power BI (.pbids), Excel (.odc), Power Query (.pq) with Chinese column names. Pure.

None of them holds a key: the tool asks for it once and keeps it itself. Whatever is written into them is escaped by the rules of its own
language, so that no name can end a text and begin something else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

# What XML 1.0 can't hold even escaped.
_NO_XML = re.compile(r"[^\t\n\r -\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]")
_MASHUP = "http://schemas.microsoft.com/DataMashup"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
# The version of Power Query's own format that Excel 2016 wrote already.
_VERSION, _LEAST = "2.72.5556.181", "1.5.3296.0"
_NAMED = {"\r": "#(cr)", "\n": "#(lf)", "\t": "#(tab)"}


@dataclass(frozen=True, slots=True)
class Table:
    """A set: its name, its words, and each of its properties with the heading that stands for it."""

    name: str
    title: str
    columns: tuple[tuple[str, str], ...]


def pbids(root: str) -> str:
    """The data source file of Power BI Desktop: one connection, as Microsoft documents it for OData."""
    details = {"protocol": "odata", "address": {"url": root}, "authentication": None, "query": None}
    return json.dumps({"version": "0.1", "connections": [{"details": details, "options": {}, "mode": None}]}, indent=2) + "\n"


# --- Power Query (M) ---------------------------------------------------------------------------------------------------------------


def literal(text: str) -> str:
    """A text of M. What can't be seen is written by its number."""
    return f'"{_escaped(text)}"'


def identifier(text: str) -> str:
    """A name of M, which may be any text when it is quoted."""
    return f'#"{_escaped(text)}"'


def _escaped(text: str) -> str:
    signs = text.replace("#(", "#(#)(").replace('"', '""')
    return "".join(sign if sign.isprintable() else _NAMED.get(sign, f"#({ord(sign):08x})") for sign in signs)


def query(root: str, table: Table) -> str:
    """One set as a query: the columns by name (so that the service is asked for no others), then their Chinese headings.

    A column that a later version of the product no longer has is passed over, and the refresh goes on.
    """
    names = ", ".join(literal(name) for name, _heading in table.columns)
    renamed = ",\n        ".join(f"{{{literal(name)}, {literal(heading)}}}" for name, heading in table.columns)
    return (
        f"let\n"
        f'    Source = OData.Feed({literal(root)}, null, [Implementation = "2.0", ODataVersion = 4]),\n'
        f'    Table = Source{{[Name = {literal(table.name)}, Signature = "table"]}}[Data],\n'
        f"    Columns = Table.SelectColumns(Table, {{{names}}}, MissingField.Ignore),\n"
        f"    Renamed = Table.RenameColumns(Columns, {{\n        {renamed}\n    }}, MissingField.Ignore)\n"
        f"in\n"
        f"    Renamed\n"
    )


def whole(root: str, tables: Sequence[Table]) -> str:
    """All sets as one record: each field opened becomes a query of its own."""
    fields = ",\n".join(f"{identifier(one.title)} =\n{query(root, one).rstrip()}" for one in tables)
    return f"[\n{fields}\n]\n"


# --- Excel -------------------------------------------------------------------------------------------------------------------------


def odc(root: str, table: Table) -> str:
    """An Office data connection that brings its query along ([MS-ODCFF] 2.7.1.1).

    The older data feed provider of Excel stops at OData 3, so the connection is Power Query's. Everything beyond ASCII is a reference.
    """
    title, address = _NO_XML.sub("", table.title), _NO_XML.sub("", root)
    place = '"' + title.replace('"', '""') + '"'
    connection = f'Provider=Microsoft.Mashup.OleDb.1;Data Source=$Workbook$;Location={place};Extended Properties=""'
    command = f"SELECT * FROM [{title.replace(']', ']]')}]"  # noqa: S608 -- no database reads this: it is how Excel names a query
    text = (
        '<html xmlns:o="urn:schemas-microsoft-com:office:office" xmlns="http://www.w3.org/TR/REC-html40">\n<head>\n'
        '<meta http-equiv="Content-Type" content="text/x-ms-odc; charset=utf-8"/>\n<meta name="ProgId" content="ODC.Database"/>\n'
        f'<meta name="SourceType" content="OLEDB"/>\n<title>{escape(title)}</title>\n'
        f'<xml id="docprops"><o:DocumentProperties><o:Description>{escape(address)}</o:Description><o:Name>{escape(title)}</o:Name>'
        "</o:DocumentProperties></xml>\n"
        '<xml id="msodc"><odc:OfficeDataConnection xmlns:odc="urn:schemas-microsoft-com:office:odc">\n'
        '<odc:PowerQueryConnection odc:Type="OLEDB">\n'
        f"<odc:ConnectionString>{escape(connection)}</odc:ConnectionString>\n<odc:CommandType>SQL</odc:CommandType>\n"
        f"<odc:CommandText>{escape(command)}</odc:CommandText>\n</odc:PowerQueryConnection>\n"
        f"<odc:PowerQueryMashupData>{escape(_mashup(title, query(root, table)))}</odc:PowerQueryMashupData>\n"
        "</odc:OfficeDataConnection></xml>\n</head>\n<body></body>\n</html>\n"
    )
    return text.encode("ascii", "xmlcharrefreplace").decode("ascii")


def _mashup(title: str, formula: str) -> str:
    """The query as Power Query's own XML ([MS-QDEIF]), which stands in the file as text."""
    nil = 'xsi:nil="true"'
    made = (
        f'<Mashup xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="{_XSI}" xmlns="{_MASHUP}"><Client>EXCEL</Client>'
        f"<Version>{_VERSION}</Version><MinVersion>{_LEAST}</MinVersion><Culture>zh-CN</Culture><SafeCombine>true</SafeCombine><Items>"
        f"<Query Name={quoteattr(title)}><Formula>{escape(formula)}</Formula><IsParameterQuery {nil}/><IsDirectQuery {nil}/></Query>"
        "</Items></Mashup>"
    )
    ElementTree.fromstring(made)  # noqa: S314 -- ours; whatever could break it must fail here and not in Excel
    return made
