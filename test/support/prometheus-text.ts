/** The text format of Prometheus, 0.0.4, read strictly: what it does not take is not the format. */

export interface Family {
  type: string
  samples: { labels: Record<string, string>; value: number }[]
}

const HELP = /^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) ((?:[^\\]|\\\\|\\n)+)$/
const TYPE = /^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (gauge|counter)$/
const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.+)\})? (-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\\\|\\"|\\n)*)"(?:,(?=.)|$)/

export function parsePrometheus(text: string): Map<string, Family> {
  if (!text.endsWith('\n')) throw new Error('the last line does not end')
  const families = new Map<string, Family>()
  const lines = text.slice(0, -1).split('\n')
  while (lines.length > 0) {
    const [, helped] = HELP.exec(lines.shift() ?? '') ?? []
    const [, name, type] = TYPE.exec(lines.shift() ?? '') ?? []
    if (name === undefined || type === undefined || name !== helped) throw new Error('no head')
    if (families.has(name)) throw new Error(`${name} comes twice`)
    const family: Family = { type, samples: [] }
    while (lines[0] !== undefined && !lines[0].startsWith('#')) {
      family.samples.push(sampleOf(lines.shift() ?? '', name, family))
    }
    if (family.samples.length === 0) throw new Error(`${name} has no sample`)
    families.set(name, family)
  }
  return families
}

function sampleOf(line: string, family: string, { samples }: Family): Family['samples'][number] {
  const [, name, text = '', value] = SAMPLE.exec(line) ?? []
  if (name !== family) throw new Error(`'${line}' is no sample of ${family}`)
  const labels = labelsOf(text)
  if (samples.some((sample) => JSON.stringify(sample.labels) === JSON.stringify(labels))) {
    throw new Error(`'${line}' comes twice`)
  }
  return { labels, value: Number(value) }
}

function labelsOf(text: string): Record<string, string> {
  const labels: Record<string, string> = {}
  for (let rest = text; rest !== ''; ) {
    const [whole, name, value] = LABEL.exec(rest) ?? []
    if (whole === undefined || name === undefined || value === undefined) {
      throw new Error(`'${rest}' is no label`)
    }
    if (name in labels) throw new Error(`${name} comes twice in {${text}}`)
    labels[name] = value.replaceAll(/\\(.)/g, (_, sign) => (sign === 'n' ? '\n' : sign))
    rest = rest.slice(whole.length)
  }
  return labels
}
