"""The table `Entities` of an entity list: what its properties are called there, and what a query may ask (7.5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from server.errors import ODataFieldUnsupported, SelectUnknown
from server.reports.odata_fields import Selection, select_one, split_selected
from server.reports.odata_nodes import FieldRef
from server.reports.table import odata_names

ENTITIES = "Entities"
RESERVED = ("__id", "__system", "label")  # what every row has beside its properties
TYPES = {
    "__id": "text",
    "__system/createdAt": "instant",
    "__system/updatedAt": "instant",
    "__system/deletedAt": "instant",
    "__system/creatorId": "id",
    "__system/conflict": "text",
}
SYSTEM = ("createdAt", "creatorId", "creatorName", "updates", "updatedAt", "deletedAt", "version", "conflict")


def property_names(properties: Sequence[str]) -> dict[str, str]:
    """OData's name of each property; `properties` are all of the list in the order of making, so that names stay."""
    return dict(zip(properties, odata_names(properties, RESERVED), strict=True))


@dataclass(frozen=True)
class EntityFields:
    """The names of one list's table. A property goes by its OData name or, as in Central, by its own."""

    properties: tuple[str, ...]

    @cached_property
    def names(self) -> dict[str, str]:
        return property_names(self.properties)

    @cached_property
    def properties_by_name(self) -> dict[str, str]:
        return {one: one for one in self.properties} | {name: one for one, name in self.names.items()}

    def resolve(self, name: str) -> FieldRef:
        """Raises ODataFieldUnsupported (501.5)."""
        if name in TYPES:
            return FieldRef("entity", (name,), TYPES[name])
        if name == "label":
            return FieldRef("label", (name,), "text")
        if name not in self.properties_by_name:
            raise ODataFieldUnsupported(field=name)
        return FieldRef("property", (self.properties_by_name[name],), "text")

    def select(self, text: str) -> Selection:
        """`$select`: a comma list of `__id`, `label`, `__system`, `__system/x`, properties. Raises SelectUnknown (400.23)."""
        chosen: Selection = {}
        for name, parts in split_selected(text):
            of_system = parts[0] == "__system" and len(parts) == 2 and parts[1] in SYSTEM
            if name in self.properties_by_name:
                parts = [self.names[self.properties_by_name[name]]]
            elif name not in RESERVED and not of_system:
                raise SelectUnknown(property=name)
            select_one(chosen, parts)
        return chosen
