/** What the mail says that brings the link to an exported file. */
import { isoTime, type Millis } from '../model/time.ts'
import type { Vehicle } from '../model/vehicle.ts'
import type { Mail } from '../uplink/mail/mail-server.ts'

export interface ExportMailFacts {
  id: string
  vehicle: Vehicle
  link: string
  bytes: number
  expires: Millis
  to: string
  from: string
}

export function exportMail({ id, vehicle, link, bytes, expires, to, from }: ExportMailFacts): Mail {
  const name = nameOf(vehicle)
  const until = `${isoTime(expires).slice(0, 16).replace('T', ' ')} UTC`
  const size = sizeText(bytes)
  const [, domain = 'odograph'] = /@([^>\s]+)/.exec(from) ?? []
  const sentences = {
    what: `Here is the data of ${name} that you asked for, as one JSON file (${size}):`,
    until: `The link works for 24 hours, until ${until}. Whoever has it can read the data, so do not pass it on.`,
    why: 'You get this mail because an export was asked for with your account. If that was not you, tell whoever looks after your gateway.',
  }
  return {
    to,
    subject: `[Odograph] Your vehicle data: ${oneLine(name)}`,
    messageId: `<${id}.export@${domain}>`,
    text: [sentences.what, link, sentences.until, sentences.why].join('\n\n').concat('\n'),
    html: [
      '<!doctype html><html lang="en"><body>',
      `<p>${escaped(sentences.what)}</p>`,
      `<p><a href="${escaped(link)}">Download the data</a></p>`,
      `<p>${escaped(sentences.until)}</p>`,
      `<p>${escaped(sentences.why)}</p>`,
      '</body></html>',
    ].join('\n'),
  }
}

function nameOf({ id, make, model, year }: Vehicle): string {
  const known = [make, model, year].filter((part) => part !== undefined).join(' ')
  return known === '' ? id : `${known} (${id})`
}

function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`
  return bytes < 1_000_000
    ? `${Math.round(bytes / 1000)} kB`
    : `${(bytes / 1_000_000).toFixed(1)} MB`
}

function oneLine(text: string): string {
  return text.replace(/[\r\n]+/g, ' ')
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
