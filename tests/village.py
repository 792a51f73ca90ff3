"""A town with everything that hangs together and everything that is to be masked.

e1  Elm1a  overdue and open, extended, its title with a phone number in it; repeats e0
e0  Elm1a  closed late, its appeal granted; the warning w1 led to e1
e2  Ash1a  in South: not for who looks from North
e3  Oak1a  left open, its review date past
e4  South  the newest of all: the data speak for 31 January
m1  a dataset of North kept back by law, m2 one kept back without, q1 a request for m1
"""

from __future__ import annotations

from pathlib import Path

from cockpit.record.store import Record
from cockpit.settings import Settings
from tests import town as towns

NUMBER, EARLIER, ELSEWHERE = "E0601202601050001", "E0601202512010007", "E0601202601060002"
PHONE, REPORTER = "13812345678", "欧阳建国"
ADDRESS = "杭州市西湖区文新街道阳光社区3幢2单元501室"
IN_TITLE = "13987654321"
SECRETS = (
    NUMBER,
    EARLIER,
    ELSEWHERE,
    PHONE,
    REPORTER,
    ADDRESS,
    IN_TITLE,
    "120.123456",
    "30.654321",
)
"""What no page may hold."""

CASES = (
    "number,place,title,address,reporter,phone,repeat_of,lon,lat,reported_at,accepted_at,filed_at,"
    "dispatched_at,handled_at,file_due_at,dispatch_due_at,handle_due_at,due_at,closed_at,"
    "overdue_exempt,extension_count,left_open_reason,left_open_until,left_open_by,satisfaction,"
    "standard_ref,subcategory\n"
    f"{NUMBER},town/n/e/1/a,有人打{IN_TITLE}催办路灯,{ADDRESS},{REPORTER},{PHONE},{EARLIER},"
    "120.123456,30.654321,2026-01-05 09:00,2026-01-05 09:10,2026-01-05 09:20,2026-01-05 09:45,,"
    "2026-01-05 10:00,2026-01-05 09:50,2026-01-09 09:45,2026-01-12 09:45,,false,1,,,,,"
    "GB/T 47678.5-2026,道路照明灯异常\n"
    f"{EARLIER},town/n/e/1/a,路灯不亮,{ADDRESS},{REPORTER},{PHONE},,,,2025-12-01 09:00,,"
    "2025-12-01 09:20,2025-12-01 09:30,2025-12-08 09:00,,,2025-12-05 09:30,2025-12-08 09:30,"
    "2025-12-10 10:00,true,,,,,不满意,GB/T 47678.5-2026,道路照明灯异常\n"
    f"{ELSEWHERE},town/s/a/1/a,井盖缺失,{ADDRESS},{REPORTER},{PHONE},,,,2026-01-06 09:00,,,,,,,,"
    "2026-02-15 09:00,,,,,,,,,\n"
    f"E3,town/n/o/1/a,违建,,,,,,,2026-01-07 09:00,,,,,,,,2026-01-15 09:00,,,,权属不清,2026-01-20,"
    "Oak,,,\n"
    "E4,town/s,积水,,,,,,,2026-01-31 18:00,,,,,,,,,,,,,,,,,\n"
)
WARNINGS = (
    "number,place,topic,colour,value,baseline,case_number,raised_at,signed_at,sign_due_at,"
    "clear_due_at\n"
    f"W202601040000001,town/n/e,电诈,red,12,4,{NUMBER},2026-01-04 09:00,2026-01-04 09:27,"
    "2026-01-04 09:30,2026-01-31 09:00\n"
)
DATASETS = (
    "number,place,name,provider,sharing_class,legal_basis,listed_at\n"
    "M1,town/n,常住户籍,公安局,不予共享,《保守国家秘密法》,2025-06-01\n"
    "M2,town/n,犬只登记,公安局,不予共享,,2025-06-01\n"
)
REQUESTS = (
    "number,place,dataset,kind,asker,provider,sharing_class,asked_at,answer_due_at,answered_at,"
    "granted,reason\n"
    "Q1,town/n/e,M1,共享,Elm,公安局,不予共享,2026-01-05 09:00,2026-01-19 09:00,"
    "2026-01-26 09:00,false,申请用途不明确\n"
)


def found(folder: Path) -> Settings:
    """The published village."""
    settings = towns.found(folder)
    with Record(settings) as record:
        for name, text, by in (
            ("cases.csv", CASES, "cases"),
            ("warnings.csv", WARNINGS, "warnings"),
            ("datasets.csv", DATASETS, "datasets"),
            ("requests.csv", REQUESTS, "share_requests"),
        ):
            receipt = towns.send(record, name, text, by)
            assert receipt.quarantined == 0, receipt
        towns.publish(record)
    return settings
