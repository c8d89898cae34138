/** The parser of server-sent events, with the text cut at every place. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { EventStreamParser, type ServerEvent } from '../../src/client/event-stream.ts'

const test = suite('event stream')

function message(data: string, lastEventId = '', event = 'message'): ServerEvent {
  return { event, data, lastEventId }
}

const cases: [name: string, text: string, events: ServerEvent[]][] = [
  ['one line', 'data: a\n\n', [message('a')]],
  ['several lines are one text', 'data: a\ndata\ndata:b\n\n', [message('a\n\nb')]],
  ['only one blank is taken away', 'data:  a\n\n', [message(' a')]],
  ['CR and CRLF end lines, too', 'data: a\r\rdata: b\r\n\r\n', [message('a'), message('b')]],
  ['a comment is nothing', ': still here\n\ndata: a\n\n', [message('a')]],
  [
    'a type holds for one event',
    'event: x\ndata: 1\n\ndata: 2\n\n',
    [message('1', '', 'x'), message('2')],
  ],
  [
    'an id holds until the next',
    'id: 1\ndata: a\n\ndata: b\n\nid\ndata: c\n\n',
    [message('a', '1'), message('b', '1'), message('c')],
  ],
  ['an id with a NUL is ignored', 'id: 1\0\ndata: a\n\n', [message('a')]],
  ['an event without data is none', 'event: x\nid: 7\n\ndata: a\n\n', [message('a', '7')]],
  ['what has not ended is no event', 'data: a\n\ndata: b\n', [message('a')]],
  ['a mark of the byte order is left out', '\ufeffdata: a\n\n', [message('a')]],
  ['unknown fields are ignored', 'color: red\ndata: a\n\n', [message('a')]],
]

for (const [name, text, events] of cases) {
  test(`${name}, wherever the text is cut`, () => {
    for (let first = 0; first <= text.length; first += 1) {
      for (let second = first; second <= text.length; second += 1) {
        const parser = new EventStreamParser()
        const parts = [text.slice(0, first), text.slice(first, second), text.slice(second)]
        assert.equal(
          parts.flatMap((part) => parser.push(part)),
          events,
          JSON.stringify(parts),
        )
      }
    }
  })
}

test('the time to wait is kept where it is a number', () => {
  const parser = new EventStreamParser()
  parser.push('retry: 250\nretry: soon\n')
  assert.is(parser.retryMs, 250)
})

test('the last id is kept from the stream before', () => {
  const parser = new EventStreamParser('41')
  assert.equal(parser.push('data: a\n\n'), [message('a', '41')])
})

test('an event without an end is an error, not all of the memory', () => {
  const long = 'x'.repeat(1024 * 1024)
  for (const [begin, more] of [
    ['data: ', long],
    ['', `data: ${long}\n`],
  ] as const) {
    const parser = new EventStreamParser()
    parser.push(begin)
    assert.throws(() => {
      for (let part = 0; part < 6; part += 1) parser.push(more)
    }, /larger than 4 MiB/)
  }
})

test.run()
