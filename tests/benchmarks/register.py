"""A register of invented families for benchmarks, made inside the database with a fixed seed."""

from contextlib import contextmanager

from django.db import connection
from psycopg import sql

from bansos.crypto import encrypt

GIVEN = (
    "Siti Ahmad Muhammad Dewi Sri Endang Bambang Joko Agus Budi Rina Yuni Wahyu Slamet Sugeng Nurul Fitri Aisyah Rudi "
    "Hendra Dedi Eko Tri Dwi Ratna Lina Maya Indah Putri Rizki Fajar Bayu Arif Hasan Umar Yusuf Zainal Kartini Murni "
    "Tuti"
).split()
FAMILY = (
    "Santoso Wijaya Kusuma Hidayat Rahman Siregar Nasution Lubis Harahap Sitompul Simanjuntak Setiawan Saputra Pratama "
    "Wibowo Susanto Hartono Gunawan Kurniawan Nugroho Purnomo Handayani Lestari Wulandari Rahmawati Anggraini Permata "
    "Maulana Firmansyah Ramadhan Syahputra Hakim Fauzi Basri Tanjung Chaniago Panjaitan Manurung Hutapea Suryadi"
).split()

# All share one ciphertext, since only Python encrypts; each has a blind index of its own.
_HOUSEHOLDS = """
    INSERT INTO beneficiaries_household (kk, kk_index, region_id, address, tenure, floor_area, floor, wall, toilet,
        water, electricity_va, fuel, feared_hunger, food_over_half, bought_clothes, has_car, has_motorcycle, has_fridge,
        has_ac, njop_over_1b, branded_water, civil_servant, spending, decile, decile_on, receives_pkh,
        receives_sembako, created_at, updated_at)
    SELECT %(kk)s, sha256(('kk' || n)::bytea), places[1 + mod(n, cardinality(places))],
        'Gang Uji Nomor ' || n,
        (ARRAY['milik','kontrak','menumpang','tidak_ada'])[1 + floor(random() * 3.02)],
        CASE WHEN random() < .9 THEN (8 + random() * 70)::int END,
        (ARRAY['keramik','plester','tanah'])[1 + floor(random() * 3)],
        (ARRAY['tembok','tanpa_plester','papan','seng'])[1 + floor(random() * 4)],
        (ARRAY['sendiri','bersama','umum'])[1 + floor(random() * 3)],
        (ARRAY['ledeng','isi_ulang','sumur_bor','sumur'])[1 + floor(random() * 4)],
        (ARRAY[0,450,900,1300,2200])[1 + floor(random() * 5)], 'gas_3',
        random() < .2, random() < .4, random() < .75, random() < .15, random() < .7, random() < .5, random() < .2,
        random() < .08, random() < .1, random() < .05, (1e6 + random() * 4e6)::int, decile,
        CASE WHEN decile IS NOT NULL THEN date '2026-07-01' END, random() < .1, random() < .2, now(), now()
    FROM (SELECT n, CASE WHEN random() < .9 THEN 1 + floor(random() * 10)::int END AS decile
          FROM generate_series(1, %(households)s) AS n) AS numbers,
        (SELECT array_agg(code ORDER BY code) AS places FROM bansos_region WHERE level = 'rt') AS regions
"""
_PEOPLE = """
    INSERT INTO beneficiaries_person (household_id, region_id, nik, nik_index, name, birth_place, born_on, sex,
        relation, marital, education, occupation, income, disability, chronic_illness, pregnant, in_school, died_on,
        created_at, updated_at)
    SELECT id, region_id, %(nik)s, sha256(('nik' || id || '-' || place)::bytea),
        concat_ws(' ', (%(given)s::text[])[1 + floor(random() * 40)], (%(given)s::text[])[1 + floor(random() * 40)],
            (%(family)s::text[])[1 + floor(random() * 40)]), '', date '1950-01-01' + floor(random() * 27000)::int,
        (ARRAY['L','P'])[1 + mod(place, 2)], CASE WHEN place = 1 THEN 'kepala' ELSE 'anak' END, 'kawin', '',
        (ARRAY['Tidak bekerja','Sopir','PNS','Buruh harian lepas','Pelajar'])[1 + floor(random() * 5)],
        (random() * 5e6)::int, random() < .05, random() < .1, false, false,
        CASE WHEN place > 1 AND random() < .02 THEN date '2026-10-01' END, now(), now()
    FROM beneficiaries_household, generate_series(1, 1 + mod(id, 6)::int) AS place
"""
_FREE_INDEXES = """
    SELECT indexname, indexdef FROM pg_indexes
    WHERE tablename IN ('beneficiaries_household', 'beneficiaries_person') AND indexdef NOT LIKE '%UNIQUE%'
    ORDER BY indexname
"""


def fill(households: int, *, history: bool = True) -> None:
    """Makes `households` families with 3.5 people each on average, spread over all RT.

    Without `history` their first rows leave none, which saves most of the time of a million.
    """
    with connection.cursor() as cursor, _indexes_made_at_the_end(cursor):
        if not history:
            _triggers(cursor, "DISABLE")
        cursor.execute("SELECT setseed(0.2026)")
        kk = encrypt("3175070101209000", "beneficiaries_household.kk")
        cursor.execute(_HOUSEHOLDS, {"households": households, "kk": kk})
        nik = encrypt("3175070101809000", "beneficiaries_person.nik")
        cursor.execute(_PEOPLE, {"nik": nik, "given": GIVEN, "family": FAMILY})
        if not history:
            _triggers(cursor, "ENABLE")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


@contextmanager
def _indexes_made_at_the_end(cursor):
    """Millions of rows go in three times as fast without the indexes that hold no rule."""
    cursor.execute(_FREE_INDEXES)
    indexes = cursor.fetchall()
    for name, _definition in indexes:
        cursor.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
    yield
    for _name, definition in indexes:
        cursor.execute(definition)


def _triggers(cursor, what: str) -> None:
    for table in ("household", "person"):
        cursor.execute(f"ALTER TABLE beneficiaries_{table} {what} TRIGGER USER")
