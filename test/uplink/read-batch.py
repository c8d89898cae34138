"""A second reader of the columnar batch, after the prose of src/uplink/columns/batch-format.ts.

    read-batch.py FILE...       a CloudEvent a line

Shares nothing with the first one. Needs cbor2 (Debian: python3-cbor2).
"""
import datetime
import hashlib
import json
import math
import re
import struct
import sys
from decimal import Decimal

import cbor2

DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'


class Varints:
    def __init__(self, data):
        self.data, self.at = data, 0

    def unsigned(self):
        value = shift = 0
        while True:
            byte = self.data[self.at]
            self.at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    def signed(self):
        value = self.unsigned()
        return -(value + 1) // 2 if value % 2 else value // 2


def whole(number):
    if number != int(number):
        raise ValueError(f'{number} is not whole')
    return int(number)


def numbers(column, n):
    kind, data = column['kind'], column.get('data')
    if kind == 'doubles':
        planes = [data[byte * n:(byte + 1) * n] for byte in range(8)]
        return [struct.unpack('<d', bytes(each))[0] for each in zip(*planes)]
    value, step = whole(column.get('first', 0)), whole(column.get('step', 0))
    e = Varints(data or b'')
    result = []
    if kind == 'line':
        result = [value + step * i + (e.signed() if data is not None else 0) for i in range(n)]
    elif kind in ('diff', 'diff2'):
        for i in range(n):
            if i > 0:
                if kind == 'diff2':
                    step += e.signed()
                    value += step
                else:
                    value += step + e.signed()
            result.append(value)
    elif kind == 'runs':
        while len(result) < n:
            value += e.signed()
            result += [value] * (e.unsigned() + 1)
    else:
        raise ValueError(f'unknown kind {kind}')
    if len(result) != n or e.at != len(e.data):
        raise ValueError('a column of the wrong length')
    return result


def column_values(batch, column):
    """A list with a place for each record; Ellipsis is none."""
    count = batch['count']
    present = [True] * count
    if 'present' in column:
        runs, present, state = Varints(column['present']), [], True
        while len(present) < count:
            present += [state] * runs.unsigned()
            state = not state
    values = numbers(column, sum(present))
    if 'over' in column:
        values = [value / column['over'] for value in values]
    if 'values' in column:
        values = [column['values'][value] for value in values]
    if 'plus' in column:
        base = column_values(batch, batch['columns'][column['plus']])
        values = [value + other for value, other in zip(values, base)]
    rest = iter(values)
    return [next(rest) if each else ... for each in present]


def ksuid(twenty):
    value, text = int.from_bytes(twenty, 'big'), ''
    for _ in range(27):
        value, digit = divmod(value, 62)
        text = DIGITS[digit] + text
    return text


def record_id(vehicle, record):
    shift = 0 if record.get('shift', ...) is ... else record['shift']
    seconds = math.floor((record['received'] - shift) / 1000) - 1_400_000_000
    boot = hashlib.sha256(f'{vehicle}\0{record["boot"]}\0'.encode()).digest()[:10]
    return ksuid(
        min(max(seconds, 0), 2**32 - 1).to_bytes(4, 'big')
        + boot
        + (int(record['number']) % 2**32).to_bytes(4, 'big')
        + (math.floor(record['time'] - shift) % 65_536).to_bytes(2, 'big'))


def source_uri(source):
    digest = hashlib.sha256(f'source\0{source}\0'.encode()).digest()
    return 'dimo/integration/' + ksuid(bytes(4) + digest[:16])


def iso(millis):
    at = datetime.datetime(1970, 1, 1) + datetime.timedelta(milliseconds=millis)
    return at.isoformat(timespec='milliseconds') + 'Z'


def decimal_text(number):
    if number == 0:
        return '0'
    if 1e-6 <= abs(number) < 1e21:
        text = format(Decimal(repr(number)), 'f')
        return re.sub(r'\.0+$', '', text)
    text = re.sub(r'\.0(?=e)', '', repr(float(number)))
    return re.sub(r'e([+-])0+', r'e\1', text)


def events(batch):
    if batch['format'] != 1:
        raise ValueError(f'format {batch["format"]}')
    about = batch.get('about', {})
    columns = {name: column_values(batch, each) for name, each in batch['columns'].items()}
    signals = {name: column_values(batch, each) for name, each in batch['signals'].items()}
    for i in range(batch['count']):
        record = {name: values[i] for name, values in columns.items()}
        known = {name: values[i] for name, values in signals.items() if values[i] is not ...}
        data = {**known, **{key: about[key] for key in ('make', 'model', 'year') if key in about}}
        event = {
            'specversion': '1.0',
            'type': 'zone.dimo.device.status.update',
            'id': record.get('id', ...),
            'source': source_uri(record['source']),
            'subject': about['subject'],
            'time': iso(record['received']),
            'sequence': str(int(record['seq'])).zfill(16),
            'data': {**data, 'timestamp': iso(record['time'])},
        }
        if event['id'] is ...:
            event['id'] = record_id(batch['vehicle'], record)
        if 'latitude' in known and 'longitude' in known:
            event['location'] = {
                'lon': decimal_text(known['longitude']),
                'lat': decimal_text(known['latitude']),
            }
        yield event


for path in sys.argv[1:]:
    with open(path, 'rb') as file:
        for each in events(cbor2.loads(file.read())):
            print(json.dumps(each))
