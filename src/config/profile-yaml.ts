/** A profile as the text of a profile file; reading it again gives the same profile. */
import { Document, isScalar, visit } from 'yaml'
import type { CanAddress, Profile, ProfileSignal, RawRange } from '../model/profile.ts'
import { layoutText } from './profile-layout.ts'

export function profileYaml(profile: Profile): string {
  const document = new Document({
    id: profile.id,
    label: profile.label,
    applies: profile.applies,
    sources: profile.sources,
    passive: profile.passive.map((message) => ({
      ...message,
      ...addressOf(message),
      signals: message.signals.map(signalOf),
    })),
    polled: profile.polled.map((message) => ({
      ...message,
      request: { ...message.request, ...addressOf(message.request) },
      response: addressOf(message.response),
      signals: message.signals.map(signalOf),
    })),
    evidence: profile.evidence,
  })
  visit(document, {
    Pair(_, pair) {
      if (isScalar(pair.value) && pair.value.value === undefined) return visit.REMOVE
      const isId = isScalar(pair.key) && pair.key.value === 'id'
      if (isId && isScalar(pair.value) && typeof pair.value.value === 'number') {
        pair.value.format = 'HEX'
      }
      return undefined
    },
  })
  return document.toString({ lineWidth: 100, flowCollectionPadding: false })
}

function addressOf({ id, extended }: CanAddress) {
  return { id, extended: extended ? true : undefined }
}

function signalOf(signal: ProfileSignal) {
  const { layout, absent, mux } = signal
  return {
    ...signal,
    layout: layoutText(layout),
    absent: absent?.map(rangeOf),
    mux: mux && { signal: mux.signal, values: mux.values.map(rangeOf) },
  }
}

function rangeOf({ from, to }: RawRange): number | number[] {
  return from === to ? from : [from, to]
}
