/**
 * The discovery messages of Home Assistant (device based, its MQTT integration from 2024.11 on): a
 * device for the gateway, which reads the health topic, and one for each vehicle, which reads the
 * retained status alone, so that a backlog can never be taken for the present. A template gives
 * `None` for what is not known, which Home Assistant shows as unknown.
 */
import { createHash } from 'node:crypto'
import { type SignalName, signals } from '../../model/signals.ts'
import type { Vehicle } from '../../model/vehicle.ts'
import { type HomeAssistantClass, homeAssistantClass } from './home-assistant-classes.ts'

export interface DiscoveryNames {
  /** First level of Home Assistant's own topics. */
  prefix: string
  /** First level of ours. */
  root: string
  gatewayId: string
  version: string
  /** Seconds between two statuses of a vehicle that says always the same. */
  statusSeconds: number
  /** Seconds between two healths. */
  healthSeconds: number
}

/** What a vehicle has shown so far; `troubleCodes` for that its control units were asked. */
export type Shown = SignalName | 'troubleCodes'

type Component = Record<string, unknown> & { platform: string; unique_id: string }

export interface DiscoveryMessage {
  device: object
  origin: object
  availability_topic: string
  qos: 1
  components: Record<string, Component>
}

/** How much later than due a message may come. */
const SLACK_SECONDS = 15
/** Metres that a satellite position is off for each unit of dilution of precision. */
const METRES_PER_HDOP = 5
const UNKNOWN_METRES = 20

export function vehicleTopic(names: DiscoveryNames, vehicle: string): string {
  return `${names.prefix}/device/${vehicleKey(names, vehicle)}/config`
}

export function gatewayTopic(names: DiscoveryNames): string {
  return `${names.prefix}/device/${slug(names.gatewayId)}/config`
}

export function gatewayMessage(names: DiscoveryNames): DiscoveryMessage {
  const key = slug(names.gatewayId)
  const state_topic = `${names.root}/${names.gatewayId}/health`
  const expiry = { expire_after: 3 * names.healthSeconds + SLACK_SECONDS }
  const one = (id: string, label: string, platform: string, path: string, more: object) => ({
    [id]: {
      platform,
      ...naming(platform, key, id, label),
      entity_category: 'diagnostic',
      state_topic,
      value_template: `{{ ${path} }}`,
      ...expiry,
      ...more,
    },
  })
  return {
    ...common(names),
    device: {
      identifiers: [`odograph_${key}`],
      name: `Odograph ${names.gatewayId}`,
      manufacturer: 'Odograph',
      model: 'Vehicle gateway',
      sw_version: names.version,
    },
    components: {
      ...one('problem', 'Problem', 'binary_sensor', "value_json.status != 'ok'", {
        device_class: 'problem',
        ...TRUTH,
        json_attributes_topic: state_topic,
        json_attributes_template: "{{ {'findings': value_json.get('findings', [])} | tojson }}",
      }),
      ...one('clock_trust', 'Clock trust', 'sensor', "value_json.get('clockTrust')", {
        device_class: 'enum',
        options: ['none', 'rtc', 'network', 'gnss', 'recorded'],
      }),
      ...one('backlog', 'Records not sent yet', 'sensor', valueAt('mqtt', 'unsent'), {
        state_class: 'measurement',
        icon: 'mdi:tray-full',
      }),
      ...one('journal_records', 'Records in the journal', 'sensor', valueAt('store', 'records'), {
        state_class: 'measurement',
        icon: 'mdi:database',
      }),
      ...one('journal_size', 'Journal on disk', 'sensor', valueAt('store', 'bytes'), {
        device_class: 'data_size',
        unit_of_measurement: 'B',
        state_class: 'measurement',
      }),
      ...one('uptime', 'Uptime', 'sensor', "value_json.get('uptimeSeconds')", {
        device_class: 'duration',
        unit_of_measurement: 's',
        state_class: 'measurement',
      }),
    },
  }
}

/** Undefined where the vehicle has shown nothing that Home Assistant could show. */
export function vehicleMessage(
  names: DiscoveryNames,
  vehicle: Vehicle,
  shown: ReadonlySet<Shown>,
): DiscoveryMessage | undefined {
  const key = vehicleKey(names, vehicle.id)
  const model = [vehicle.model, vehicle.year].filter((part) => part !== undefined).join(' ')
  const components: DiscoveryMessage['components'] = {}
  for (const name of shown) {
    const look = name === 'troubleCodes' ? undefined : homeAssistantClass(name)
    if (look === undefined || name === 'troubleCodes') continue
    components[name] = signalComponent(names, vehicle.id, name, look)
  }
  if (shown.has('latitude') && shown.has('longitude')) {
    components.position = trackerComponent(names, vehicle.id)
  }
  if (shown.has('troubleCodes')) Object.assign(components, codeComponents(names, vehicle.id))
  if (Object.keys(components).length === 0) return undefined
  return {
    ...common(names),
    device: {
      identifiers: [`odograph_${key}`],
      name: vehicle.id,
      ...(vehicle.make === undefined ? {} : { manufacturer: vehicle.make }),
      ...(model === '' ? {} : { model }),
      sw_version: names.version,
      via_device: `odograph_${slug(names.gatewayId)}`,
    },
    components,
  }
}

const TRUTH = { payload_on: 'True', payload_off: 'False' }

function common({ root, gatewayId, version }: DiscoveryNames) {
  return {
    origin: { name: 'Odograph', sw_version: version },
    availability_topic: `${root}/${gatewayId}/availability`,
    qos: 1,
  } as const
}

function signalComponent(
  names: DiscoveryNames,
  vehicle: string,
  name: SignalName,
  look: HomeAssistantClass,
): Component {
  const { platform, deviceClass, diagnostic, lasting, icon } = look
  const { label, freshSeconds } = signals[name]
  return {
    platform,
    ...namingOf(names, vehicle, platform, name, label),
    ...(deviceClass === undefined ? {} : { device_class: deviceClass }),
    ...(platform === 'sensor' ? sensorFields(look) : TRUTH),
    ...(diagnostic === undefined ? {} : { entity_category: 'diagnostic' }),
    ...(icon === undefined ? {} : { icon }),
    state_topic: statusTopic(names, vehicle),
    value_template: template(name, look),
    ...(lasting === undefined
      ? { expire_after: Math.ceil(freshSeconds + names.statusSeconds) + SLACK_SECONDS }
      : {}),
  }
}

function sensorFields(look: HomeAssistantClass): object {
  if (look.platform !== 'sensor') return {}
  const { unit, stateClass, precision, options } = look
  return {
    ...(unit === undefined ? {} : { unit_of_measurement: unit }),
    ...(stateClass === undefined ? {} : { state_class: stateClass }),
    ...(precision === undefined ? {} : { suggested_display_precision: precision }),
    ...(options === undefined ? {} : { options }),
  }
}

function template(name: SignalName, look: HomeAssistantClass): string {
  const value = valueAt('signals', name)
  if (look.platform === 'binary_sensor') return `{{ ${value} }}`
  const set = `{% set v = ${value} %}`
  if (look.options !== undefined) {
    return `${set}{{ v if v in ${JSON.stringify(look.options).replaceAll('"', "'")} else None }}`
  }
  if (look.factor === undefined) return `{{ ${value} }}`
  return `${set}{{ None if v is none else (v * ${look.factor}) | round(3) }}`
}

/**
 * Its state is a zone, which Home Assistant makes of the position. That is why no message here has a
 * state topic for all of its components: the tracker would take it and show the whole status.
 */
function trackerComponent(names: DiscoveryNames, vehicle: string): Component {
  const platform = 'device_tracker'
  return {
    platform,
    ...namingOf(names, vehicle, platform, 'position', 'Position'),
    source_type: 'gps',
    json_attributes_topic: statusTopic(names, vehicle),
    json_attributes_template:
      "{% set s = value_json.get('signals', {}) %}" +
      "{% if s.get('latitude') is number and s.get('longitude') is number %}" +
      "{{ {'latitude': s.latitude, 'longitude': s.longitude, 'gps_accuracy': " +
      `(s.hdop * ${METRES_PER_HDOP}) | round(1) if s.get('hdop') is number else ${UNKNOWN_METRES}} | tojson }}` +
      '{% else %}{}{% endif %}',
  }
}

function codeComponents(names: DiscoveryNames, vehicle: string): Record<string, Component> {
  const count = "value_json.get('troubleCodes')"
  const state_topic = statusTopic(names, vehicle)
  const sensor = namingOf(names, vehicle, 'sensor', 'troubleCodes', 'Trouble codes set')
  const problem = namingOf(names, vehicle, 'binary_sensor', 'fault', 'Fault')
  return {
    troubleCodes: {
      platform: 'sensor',
      ...sensor,
      state_class: 'measurement',
      entity_category: 'diagnostic',
      icon: 'mdi:engine-outline',
      state_topic,
      value_template: `{{ ${count} }}`,
    },
    fault: {
      platform: 'binary_sensor',
      ...problem,
      device_class: 'problem',
      ...TRUTH,
      state_topic,
      value_template: `{% set v = ${count} %}{{ None if v is none else v > 0 }}`,
    },
  }
}

function namingOf(
  names: DiscoveryNames,
  vehicle: string,
  platform: string,
  id: string,
  label: string,
) {
  const { unique_id, name } = naming(platform, vehicleKey(names, vehicle), id, label)
  return { unique_id, name, default_entity_id: `${platform}.${entityPart(vehicle)}_${snake(id)}` }
}

function naming(platform: string, key: string, id: string, label: string) {
  return {
    unique_id: `odograph_${key}_${snake(id)}`,
    name: label,
    default_entity_id: `${platform}.odograph_${entityPart(key)}_${snake(id)}`,
  }
}

function statusTopic({ root }: DiscoveryNames, vehicle: string): string {
  return `${root}/${vehicle}/status`
}

function valueAt(part: string, name: string): string {
  return `value_json.get('${part}', {}).get('${name}')`
}

function vehicleKey({ gatewayId }: DiscoveryNames, vehicle: string): string {
  return `${slug(gatewayId)}_${slug(vehicle)}`
}

/**
 * A part of a discovery topic: letters, digits, `_` and `-`. An id that has others gets a mark of its
 * own, so that `a.b` and `a_b` stay two.
 */
function slug(id: string): string {
  if (/^[A-Za-z0-9-]+$/.test(id)) return id
  const mark = createHash('sha256').update(id).digest('hex').slice(0, 6)
  return `${id.replace(/[^A-Za-z0-9-]/g, '_')}-${mark}`
}

/** Part of an entity id: small letters, digits, `_`. Two that are the same get a number there. */
function entityPart(id: string): string {
  return id.toLowerCase().replace(/[^a-z0-9]+/g, '_')
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`).replaceAll('-', '_')
}
