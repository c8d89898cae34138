/** The text of a first configuration, with words for whoever opens it next. */
import type { Plan } from './plan.ts'

export function configurationText(plan: Plan, passwordFile: string | undefined): string {
  return [
    '# Odograph. `odograph config explain KEY` tells of every key there is, `odograph config check FILE`',
    '# what is wrong with a file. Whatever does not stand here has a default that is safe.',
    '',
    ...vehicleLines(plan),
    '',
    ...sourceLines(plan),
    '',
    ...apiLines(plan),
    '',
    ...mqttLines(plan, passwordFile),
    '',
    'store:',
    '  # Seconds of data at risk in a power cut. More seconds wear the card less.',
    '  commit: 5',
    '  # The oldest records go when the journal is so large: first those that were sent.',
    '  maxMegabytes: 2000',
    '',
  ].join('\n')
}

function vehicleLines({ vehicle, tokenId }: Plan): string[] {
  return [
    'vehicles:',
    `  - id: ${quoted(vehicle)}`,
    '    # Its number in the routes of the API; made once and kept where none is given.',
    tokenId === undefined ? '    # tokenId: "42"' : `    tokenId: ${quoted(tokenId)}`,
    '    # make: Ford',
    '    # model: Transit',
    '    # year: 2022',
    '    # For the estimated range:',
    '    # tankLitres: 80',
    '    # kmPerLitre: 12',
  ]
}

function sourceLines({ says, source, vehicle, mayAsk }: Plan): string[] {
  const { id, type, ...fields } = source
  return [
    'sources:',
    `  # ${says.replace(/[^\x20-\x7e]/g, '?')}`,
    `  - id: ${quoted(String(id))}`,
    `    type: ${type}`,
    `    vehicle: ${quoted(vehicle)}`,
    ...Object.entries(fields).flatMap(([key, value]) => [
      ...(key === 'bitrate' ? ['    # 250000 for most J1939, 500000 for OBD-II'] : []),
      `    ${key}: ${typeof value === 'string' ? quoted(value) : value}`,
    ]),
    ...(type === 'nmea'
      ? []
      : [
          '    # true: only listens, and does not even acknowledge. false lets the gateway ask the vehicle,',
          '    # within the rules of its governor; most cars say nothing without.',
          `    listenOnly: ${!mayAsk}`,
        ]),
  ]
}

function apiLines({ listen }: Plan): string[] {
  return [
    'api:',
    '  # 127.0.0.1 is reached from this machine alone; 0.0.0.0:8080 from others, once a token was issued.',
    `  listen: ${quoted(listen)}`,
  ]
}

function mqttLines({ broker, homeAssistant }: Plan, passwordFile: string | undefined): string[] {
  const own = [
    '  # A broker; without it the embedded one is used, for this machine alone:',
    '  # url: mqtts://broker.example:8883',
  ]
  const given = broker === undefined ? [] : [`  url: ${quoted(broker.url)}`]
  const { username } = broker ?? {}
  return [
    'mqtt:',
    ...(broker === undefined ? own : given),
    ...(username === undefined ? [] : [`  username: ${quoted(username)}`]),
    ...(passwordFile === undefined
      ? []
      : ['  # The password is its first line.', `  passwordFile: ${quoted(passwordFile)}`]),
    '  # Announces the vehicle and its signals to Home Assistant.',
    `  homeAssistant: ${homeAssistant}`,
  ]
}

/** A scalar of JSON is one of YAML. */
function quoted(text: string): string {
  return JSON.stringify(text)
}
