"""Groups of speakers: their seeker statistics, how they are measured, built, kept and found."""

from crs_simcheck.baselines.build import build, find_kind, rebuild
from crs_simcheck.baselines.describe import describe
from crs_simcheck.baselines.group import (
    UNKNOWN_TITLE,
    Group,
    Provenance,
    check_instruments,
    unknown_label,
)
from crs_simcheck.baselines.measure import (
    TABLES_OF,
    Measured,
    label_resolver,
    measure,
    measure_group,
)
from crs_simcheck.baselines.options import (
    FLAGS,
    BuildOptions,
    Recorded,
    command_line,
    parse_command,
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
from crs_simcheck.baselines.sources import KINDS, Kind, SourceData
from crs_simcheck.baselines.storage import GROUP_FILE, file_hashes, read_group, write_group
from crs_simcheck.baselines.synthetic import (
    named_films,
    rated_films,
    synthetic_namers,
    synthetic_raters,
    synthetic_stars,
)
from crs_simcheck.baselines.tables import (
    COLUMNS,
    SeekerStatistics,
    Table,
    TableName,
    merge_statistics,
)
from crs_simcheck.baselines.verify import verify

__all__ = [
    "COLUMNS",
    "DEFAULT_BASELINES",
    "FLAGS",
    "GROUP_FILE",
    "KINDS",
    "MEAN_RATINGS_GROUP",
    "TABLES_OF",
    "UNKNOWN_TITLE",
    "BuildOptions",
    "Group",
    "Kind",
    "Measured",
    "Provenance",
    "Recorded",
    "SeekerStatistics",
    "SourceData",
    "Table",
    "TableName",
    "build",
    "check_instruments",
    "command_line",
    "describe",
    "file_hashes",
    "find_group",
    "find_kind",
    "label_resolver",
    "load_baseline",
    "mean_rating_catalogue",
    "measure",
    "measure_group",
    "merge_statistics",
    "named_films",
    "parse_command",
    "rated_films",
    "read_group",
    "rebuild",
    "shipped_folder",
    "shipped_names",
    "synthetic_namers",
    "synthetic_raters",
    "synthetic_stars",
    "unknown_label",
    "verify",
    "write_group",
]
