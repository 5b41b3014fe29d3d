"""A register as a pair of CSV files with a fixed seed, a share of its rows spoiled in ways that it counts."""

import csv
import random
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

from bansos.models import Region
from beneficiaries.register.columns import HOUSEHOLDS, PEOPLE, columns
from tests.benchmarks.register import FAMILY, GIVEN

SPOILED = 0.003  # of the people, for each kind of fault
FIRST_DAY = date(1950, 1, 1)


class RegisterFiles:
    """Writes keluarga.csv and anggota.csv into `folder`.

    `households`, `people` and `errors` then tell what is right and what is spoiled.
    """

    def __init__(self, folder: Path, households: int):
        self._random = random.Random(20261125)
        self._serials: Counter = Counter()
        self.folder, self.households, self.people, self.errors = folder, households, 0, Counter()
        folder.mkdir(parents=True)
        places = list(Region.objects.filter(level="rt").order_by("code").values_list("code", flat=True))
        with _Sheet(folder / "keluarga.csv", HOUSEHOLDS) as families, _Sheet(folder / "anggota.csv", PEOPLE) as people:
            for number in range(households):
                kk = f"317507{number // 1000 % 28 + 1:02d}{number // 28000 + 1:02d}209{number % 1000:03d}"
                families.write(self._family(kk, self._random.choice(places)))
                for place in range(1 + number % 6):
                    people.write(self._spoil(self._person(kk, place)))

    @property
    def rows(self) -> int:
        return self.households + self.people + sum(self.errors.values())

    def _family(self, kk: str, place: str) -> list:
        pick, kelurahan = self._random.choice, place[:13]
        flags = [pick(("Ya", "Tidak")) for _flag in range(10)]
        return [
            kk, kelurahan, "", place[14:17], place[18:21], f"Gang Uji Nomor {self._random.randrange(200)}",
            f"0812{self._random.randrange(10**8):08d}", pick(("Milik sendiri", "Kontrak", "Menumpang")),
            8 + self._random.randrange(70), pick(("Keramik", "Plester", "Tanah")), "Tembok", "Sendiri", "Sumur bor",
            pick((450, 900, 1300)), "Gas 3 kg", *flags, self._random.randrange(10**6, 5 * 10**6),
            self._random.randrange(1, 11), "2026-07-01", pick(("Ya", "Tidak")), pick(("Ya", "Tidak")),
        ]  # fmt: skip

    def _person(self, kk: str, place: int) -> list:
        pick = self._random.choice
        born_on, sex = FIRST_DAY + timedelta(self._random.randrange(27_000)), "LP"[place % 2]
        serial = self._serials[born_on, sex]
        self._serials[born_on, sex] += 1
        day = born_on.day + (40 if sex == "P" else 0)
        return [
            f"317507{day:02d}{born_on:%m%y}{9000 + serial}", kk, f"{pick(GIVEN)} {pick(GIVEN)} {pick(FAMILY)}",
            "Jakarta", born_on.isoformat(), sex, "Anak" if place else "Kepala Keluarga", "Kawin", "SMA",
            pick(("Tidak bekerja", "Sopir", "Buruh harian lepas")), self._random.randrange(5 * 10**6),
            "Tidak", "Tidak", "Tidak", "Tidak",
        ]  # fmt: skip

    def _spoil(self, row: list) -> list:
        """Spoils a few: each spoiled row has one fault and counts as refused."""
        kind = self._random.random() // SPOILED
        if kind == 0:
            row[0], code = row[0][:-1], "nik_not_16_digits"
        elif kind == 1:
            row[1], code = "3175072812309999", "unknown_kk"
        elif kind == 2:
            row[2], code = "", "name_missing"
        else:
            self.people += 1
            return row
        self.errors[code] += 1
        return row


class _Sheet:
    """A CSV with the headings of a sheet."""

    def __init__(self, path: Path, sheet: str):
        self._path, self._titles = path, [column.title for column in columns(sheet)]

    def __enter__(self):
        self._file = self._path.open("w", encoding="utf-8", newline="")
        self._writer = csv.writer(self._file)
        self._writer.writerow(self._titles)
        return self

    def write(self, row: list) -> None:
        self._writer.writerow(row)

    def __exit__(self, *raised) -> None:
        self._file.close()
