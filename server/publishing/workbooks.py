"""A form as the workbook that people edit: our own text, or the file that the town uploaded."""

from typing import NamedTuple

from forms.library import library_ids, read_library_form, read_library_workbook
from server.blobs import BlobStore
from server.errors import NotFound
from server.models import FormVersion
from server.publishing.definition import EXCEL_TYPES

XLSX = next(kind for kind, ending in EXCEL_TYPES.items() if ending == "xlsx")


class Workbook(NamedTuple):
    """A file, and what it is."""

    name: str
    content: bytes
    content_type: str


def get_workbook(store: BlobStore, xml_form_id: str, version: FormVersion) -> Workbook:
    """Of a form of the library its source; of any other the uploaded file, byte for byte. Raises NotFound for an XForm,
    FileDamaged.
    """
    if is_ours(xml_form_id, version):
        return Workbook(f"{xml_form_id}.xlsx", read_library_workbook(xml_form_id), XLSX)
    if version.xls_sha256 is None:
        raise NotFound(
            "This form came as XML, which has no workbook. Edit the XLSForm that it was made of, and upload that."
        )
    content_type = version.xls_content_type or XLSX
    ending = EXCEL_TYPES.get(content_type, "xlsx")
    with store.open_whole(version.xls_sha256, to_the_end=True) as uploaded:
        return Workbook(f"{xml_form_id}.{ending}", uploaded.read(), content_type)


def has_workbook(xml_form_id: str, version: FormVersion) -> bool:
    return version.xls_sha256 is not None or is_ours(xml_form_id, version)


def is_ours(xml_form_id: str, version: FormVersion) -> bool:
    """Whether this is what the library holds, byte for byte: a version that the town edited is the town's."""
    return xml_form_id in library_ids() and bytes(version.xml) == read_library_form(xml_form_id)
