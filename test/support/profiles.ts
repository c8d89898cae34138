/** Vehicle profiles for tests: small ones made here, and a decoder that keeps all it says. */
import { parseLayout } from '../../src/config/profile-layout.ts'
import { ProfileDecoder, type ProfileValue } from '../../src/decoder/profile/profile-decoder.ts'
import { frameOf } from '../../src/model/frame.ts'
import type { IssueCode } from '../../src/model/issue.ts'
import type { Layout, Profile, ProfileSignal } from '../../src/model/profile.ts'

export function layoutOf(text: string): Layout {
  const layout = parseLayout(text)
  if (layout === undefined) throw new Error(`${text} is no layout`)
  return layout
}

export function signalOf(
  name: string,
  layout: string,
  more: Partial<ProfileSignal> = {},
): ProfileSignal {
  return { name, layout: layoutOf(layout), ...more }
}

export const about = {
  id: 'test',
  label: 'Test',
  applies: { make: 'Test', models: ['Test'] },
  sources: ['made for this test'],
}

export function profileOf(parts: Partial<Profile>): Profile {
  return { ...about, passive: [], polled: [], evidence: [], ...parts }
}

/** One polled message; `data` is the request. */
export function polledOf(data: string, signals: ProfileSignal[], length?: number) {
  return {
    name: `Did${data}`,
    request: { id: 0x7e0, extended: false, data },
    response: { id: 0x7e8, extended: false },
    length,
    signals,
  }
}

export function listen(profile: Profile) {
  const heard = {
    values: [] as ProfileValue[],
    readings: [] as unknown[][],
    issues: [] as [IssueCode, string][],
  }
  const decoder = new ProfileDecoder(profile, {
    value: (value) => heard.values.push(value),
    reading: (...reading) => heard.readings.push(reading),
    issue: (code, detail) => heard.issues.push([code, detail]),
  })
  return {
    ...heard,
    decoder,
    frame(id: number, hex: string, options = {}) {
      decoder.frame(frameOf(id, Buffer.from(hex, 'hex'), { time: 5, ...options }))
      return this
    },
    message(id: number, hex: string, extended = false) {
      const data = Buffer.from(hex, 'hex')
      decoder.message(id, extended, data, data.length, 5)
      return this
    },
  }
}
