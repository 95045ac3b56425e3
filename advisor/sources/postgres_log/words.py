"""The words by which a log entry is known, in every language the server speaks.

Read from the message catalogues of PostgreSQL 15. A server writes them in `lc_messages`, which may differ by role and database,
so all languages are always understood; English is tried first because nearly every log is English. The number always comes
first and has a dot, whatever the language.
"""

import re
from collections.abc import Iterable

LOG = {
    *("LOG", "로그", "СООБЩЕНИЕ", "LOGG", "日志", "ჟურნალი", "ЗАПИСУВАННЯ"),
    # Kept from older catalogues.
    *("LOGGA", "DZIENNIK"),
}
ERROR = {
    *(
        "ERROR",
        "FATAL",
        "PANIC",
        "FEHLER",
        "PANIK",
        "ERREUR",
        "ERRORE",
        "FATALE",
        "PANICO",
        "오류",
        "치명적오류",
        "손상",
    ),
    *(
        "ОШИБКА",
        "ВАЖНО",
        "ПАНИКА",
        "FEL",
        "FATALT",
        "错误",
        "致命错误",
        "比致命错误还过分的错误",
        "エラー",
        "致命的エラー",
    ),
    *("შეცდომა", "ფატალური", "პანიკა", "ПОМИЛКА", "ФАТАЛЬНО", "ПАНІКА"),
}
DETAIL = {
    *("DETAIL", "DÉTAIL", "DETALLE", "DETTAGLI", "详细信息", "詳細", "상세정보", "ПОДРОБНОСТИ", "DETALJ", "დეტალები"),
    "ВІДОМОСТІ",
}
STATEMENT = {
    *(
        "STATEMENT",
        "ANWEISUNG",
        "SENTENCIA",
        "INSTRUCTION",
        "ISTRUZIONE",
        "文",
        "명령 구문",
        "ОПЕРАТОР",
        "SATS",
        "语句",
    ),
    *("ოპერატორი", "ІНСТРУКЦІЯ"),
}
CONTEXT = {
    *("CONTEXT", "ZUSAMMENHANG", "CONTEXTO", "CONTEXTE", "CONTESTO", "文脈", "내용", "КОНТЕКСТ", "KONTEXT", "上下文"),
    "კონტექსტი",
}
OTHER = {
    *("WARNING", "NOTICE", "INFO", "DEBUG", "DEBUG1", "DEBUG2", "DEBUG3", "DEBUG4", "DEBUG5", "HINT", "QUERY"),
    *("LOCATION", "BACKTRACE", "WARNUNG", "HINWEIS", "TIPP", "ANFRAGE", "ORT", "CONSULTA", "UBICACIÓN", "ATTENTION"),
    *(
        "ASTUCE",
        "REQUÊTE",
        "EMPLACEMENT",
        "PILE D'APPEL",
        "ATTENZIONE",
        "NOTIFICA",
        "SUGGERIMENTO",
        "POSIZIONE",
        "ヒント",
    ),
    *(
        "問い合わせ",
        "場所",
        "バックトレース",
        "警告",
        "통보",
        "경고",
        "알림",
        "정보",
        "디버그",
        "힌트",
        "쿼리",
        "위치",
        "역추적",
    ),
    *("ПРЕДУПРЕЖДЕНИЕ", "ЗАМЕЧАНИЕ", "ИНФОРМАЦИЯ", "ОТЛАДКА", "ПОДСКАЗКА", "ЗАПРОС", "ПОЛОЖЕНИЕ", "СТЕК", "VARNING"),
    *("NOTIS", "TIPS", "FRÅGA", "PLATS", "注意", "信息", "调试", "提示", "查询", "位置", "გაფრთხილება", "ინფორმაცია"),
    *("გამართვა", "მინიშნება", "მოთხოვნა", "მდებარეობა", "სტეკი", "ПОПЕРЕДЖЕННЯ", "ПОВІДОМЛЕННЯ", "ІНФОРМАЦІЯ"),
    *("НАЛАГОДЖЕННЯ", "УКАЗІВКА", "ЗАПИТ", "РОЗТАШУВАННЯ", "ВІДСТЕЖУВАТИ"),
}

DURATION = {
    *("duration", "Dauer", "duración", "durée", "durata", "期間", "실행시간", "수행시간", "продолжительность"),
    *("varaktighet", "执行时间", "ხანგრძლივობა", "тривалість"),
}
UNIT = {"ms", "мс", "ミリ秒", "მწმ", "მწმs"}
SIMPLE = {
    *(
        "statement",
        "Anweisung",
        "sentencia",
        "instruction",
        "istruzione",
        "文",
        "명령 구문",
        "оператор",
        "sats",
        "语句",
    ),
    *("გამოსახულება", "ოპერატორი"),
}
EXECUTE = {
    *("execute", "Ausführen", "ejecutar", "exécute", "esecuzione di", "実行", "쿼리실행", "выполнение", "kör", "执行"),
    *("გაშვება", "виконувати"),
}
FETCH = {
    *("fetch from", "Fetch von", "fetch desde", "fetch à partir de", "fetch da", "hämtning från", "FETCH操作"),
}
"""What follows an EXECUTE word when a portal that is already open is only read further: no execution."""
PARAMETERS = {
    *("parameters", "Parameters", "Parameter", "parámetros", "paramètres", "parametri", "パラメータ", "매개 변수"),
    *("параметры", "parametrar", "参数", "პარამეტრები", "параметри", "Параметры", "Paramètres", "Parámetros"),
}

ENCODINGS = ("utf-8", "latin-1", "cp1251", "koi8-r", "euc-jp", "gb18030", "euc-kr")
"""lc_messages may come with another encoding than UTF-8."""

KINDS = {
    **dict.fromkeys(LOG, "log"),
    **dict.fromkeys(ERROR, "error"),
    **dict.fromkeys(DETAIL, "detail"),
    **dict.fromkeys(STATEMENT, "statement"),
    **dict.fromkeys(CONTEXT, "context"),
    **dict.fromkeys(OTHER, "other"),
}


def _encodings(word: str) -> set[bytes]:
    found = set()
    for encoding in ENCODINGS:
        try:
            found.add(word.encode(encoding))
        except UnicodeEncodeError:
            continue
    return found


KIND_OF = {raw: kind for word, kind in KINDS.items() for raw in sorted(_encodings(word))}
"""Severity as bytes -> `log`, `error`, `detail`, `statement`, `context` or `other`."""


def _either(words: Iterable[str]) -> str:
    return "(?:" + "|".join(re.escape(word) for word in sorted(words, key=lambda w: (-len(w), w))) + ")"


def _either_bytes(words: Iterable[str]) -> bytes:
    return b"(?:" + b"|".join(re.escape(raw) for word in sorted(words) for raw in sorted(_encodings(word))) + b")"


FREQUENT = (b"LOG", b"DETAIL", b"STATEMENT", b"ERROR")
_RARE = sorted(set(KIND_OF) - set(FREQUENT), key=lambda raw: (-len(raw), raw))
SEVERITY = b"(" + b"|".join(map(re.escape, (*FREQUENT, *_RARE))) + rb")(?: |\xc2\xa0)?:  (?:[0-9A-Z]{5}: )?"
"""One group: the word. After it the message begins, in verbose logs after the SQLSTATE."""

# In all four patterns `lastgroup` says what the entry is: `simple`, `extended`, `plan`, or `bare` (a duration and nothing else).
_ENGLISH = (
    r"(?:duration: (?P<ms>\d+\.\d+) ms(?:  |(?=\Z)))?"
    r"(?:(?P<simple>statement: )|(?P<extended>execute (?!fetch from ).*?: )|(?P<plan>plan:)|(?P<bare>\Z))"
)
_TEMPLATE = (
    r"(?:{duration}(?: |\xa0)?:? (?P<ms>\d+\.\d+) ?{unit}(?:, | +|(?=\Z)))?"
    r"(?!{duration})(?:(?P<simple>{simple} ?: )|(?P<extended>{execute} ?(?!{fetch}).*?: )|(?P<plan>plan:)|(?P<bare>\Z))"
)

ENGLISH = re.compile(_ENGLISH)
ENGLISH_BYTES = re.compile(_ENGLISH.encode())
ANY_LANGUAGE = re.compile(
    _TEMPLATE.format(
        duration=_either(DURATION),
        unit=_either(UNIT),
        simple=_either(SIMPLE),
        execute=_either(EXECUTE),
        fetch=_either(FETCH),
    )
)
ANY_LANGUAGE_BYTES = re.compile(
    rb"(?:%b(?: |\xc2\xa0|\xa0)?:? (?P<ms>\d+\.\d+) ?%b(?:, | +|(?=\Z)))?"
    rb"(?!%b)(?:(?P<simple>%b ?: )|(?P<extended>%b ?(?!%b).*?: )|(?P<plan>plan:)|(?P<bare>\Z))"
    % tuple(map(_either_bytes, (DURATION, UNIT, DURATION, SIMPLE, EXECUTE, FETCH)))
)
"""`.*?: ` ends a statement's name; a newline cannot be in it because the server writes the name in one line."""

PARAMETER_LIST = re.compile(_either(PARAMETERS) + r" ?: (?=\$\d)")
"""Begins the DETAIL of an execution, in the capitals of PostgreSQL 18 too."""

PARAMETERS_IN_CONTEXT = re.compile(
    r"^.*" + _either({*PARAMETERS, "parametern", "Parametern", "параметрами", "параметрів"}) + r" ?: (?=\$\d)"
)
"""`unnamed portal with parameters: $1 = ...` under a failed execution (log_parameter_max_length_on_error)."""
