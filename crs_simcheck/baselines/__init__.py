"""Groups of speakers: their seeker statistics, how they are measured, kept and found.

What builds groups is not imported here, since comparing needs none of it: ``baselines.build``,
``baselines.sources``, ``baselines.synthetic``, ``baselines.verify``.
"""

from crs_simcheck.baselines.group import (
    UNKNOWN_TITLE,
    Group,
    Provenance,
    check_instruments,
    unknown_label,
)
from crs_simcheck.baselines.measure import (
    TABLES_OF,
    Judged,
    Measured,
    instruments_of,
    label_resolver,
    measure,
    measure_group,
    rows_by_seeker,
)
from crs_simcheck.baselines.shipped import (
    DEFAULT_BASELINES,
    MEAN_RATINGS_GROUP,
    find_group,
    load_baseline,
    mean_rating_catalogue,
    shipped_folder,
    shipped_names,
)
from crs_simcheck.baselines.storage import GROUP_FILE, file_hashes, read_group, write_group
from crs_simcheck.baselines.tables import (
    COLUMNS,
    SeekerStatistics,
    Table,
    TableName,
    merge_statistics,
)

__all__ = [
    "COLUMNS",
    "DEFAULT_BASELINES",
    "GROUP_FILE",
    "MEAN_RATINGS_GROUP",
    "TABLES_OF",
    "UNKNOWN_TITLE",
    "Group",
    "Judged",
    "Measured",
    "Provenance",
    "SeekerStatistics",
    "Table",
    "TableName",
    "check_instruments",
    "file_hashes",
    "find_group",
    "instruments_of",
    "label_resolver",
    "load_baseline",
    "mean_rating_catalogue",
    "measure",
    "measure_group",
    "merge_statistics",
    "read_group",
    "rows_by_seeker",
    "shipped_folder",
    "shipped_names",
    "unknown_label",
    "write_group",
]
