/** The forms in which `odograph decode` prints its lines: JSON lines, CSV, an aligned table. */
import { OdographError } from '../../model/errors.ts'
import type { LineWriter } from '../lines.ts'
import type { Line } from './line.ts'
import { LiveTable } from './live-table.ts'

export interface Output {
  line(line: Line): void
  /** After the last line. */
  end(): void
}

const forms: Record<string, (out: LineWriter) => Output> = {
  jsonl: (out) => ({
    line: (line) => out.line(JSON.stringify(line)),
    end: () => undefined,
  }),
  csv: (out) => {
    let columns: string[] | undefined
    return {
      line(line) {
        if (columns === undefined) {
          columns = Object.keys(line)
          out.line(columns.map(cell).join(','))
        }
        out.line(columns.map((column) => cell(line[column])).join(','))
      },
      end: () => undefined,
    }
  },
  table: (out) => {
    const table = new LiveTable()
    return {
      line: (line) => table.take(line),
      end() {
        for (const text of table.lines()) out.line(text)
      },
    }
  },
}

/** Throws `usage` for a form that is not known. */
export function outputOf(form: string, out: LineWriter): Output {
  const make = Object.hasOwn(forms, form) ? forms[form] : undefined
  if (make !== undefined) return make(out)
  const known = Object.keys(forms).join(', ')
  throw new OdographError('usage', `--format ${form}`, `unknown; use one of ${known}`)
}

/** RFC 4180: quoted where it has to be; nothing for null. */
function cell(value: unknown): string {
  if (value === null || value === undefined) return ''
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
