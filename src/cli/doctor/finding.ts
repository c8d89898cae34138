/**
 * What the doctor can find. An id never changes its meaning: scripts and support match on it, and on
 * nothing else. Which of them is a failure, and which only worth a look, is decided where it is found.
 */

export const findingTexts = {
  'check-impossible': 'something could not be checked',
  // configuration
  'config-ok': 'the configuration is valid',
  'config-none': 'no configuration was named',
  'config-missing': 'the configuration file is not there',
  'config-broken': 'the configuration file cannot be read as a configuration',
  'config-invalid': 'a value of the configuration is not valid',
  'config-unknown-key': 'the configuration has a key that nobody knows',
  'config-secret-open': 'a file with a secret can be read by everybody',
  // data folder and card
  'data-ok': 'the data folder can be written',
  'data-missing': 'the data folder is not there yet',
  'data-denied': 'the data folder may not be written',
  'data-read-only': 'the file system of the data folder is read-only',
  'disk-ok': 'there is room',
  'disk-full': 'there is no room',
  'disk-nearly-full': 'there is little room',
  'disk-below-limit': 'the journal may grow beyond the room there is',
  'card-ok': 'the card says that it is well',
  'card-worn': 'the card is worn',
  'card-writes': 'how much was written since the start of the machine',
  // journal
  'journal-ok': 'the journal is whole',
  'journal-missing': 'there is no journal yet',
  'journal-damaged': 'the journal is damaged',
  'journal-unreadable': 'the journal cannot be opened',
  'journal-version': 'the journal is of another version',
  'journal-old': 'nothing was recorded for a while',
  'backlog-growing': 'records wait to be sent',
  'backlog-ok': 'nothing waits to be sent for long',
  // the gateway itself
  'gateway-running': 'the gateway runs',
  'gateway-stopped': 'the gateway does not run',
  'gateway-untold': 'the gateway runs, and its health cannot be asked',
  'gateway-degraded': 'the running gateway has something to say',
  // sources
  'sources-none': 'no source is configured',
  'source-ok': 'the source works',
  'source-failed': 'the source does not work',
  'source-untold': 'the source cannot be asked',
  'port-missing': 'the serial port is not there',
  'port-denied': 'the serial port may not be opened',
  'port-busy': 'another program has the serial port',
  'modem-manager': 'ModemManager may disturb the serial port',
  'adapter-ok': 'the adapter is what the configuration says',
  'adapter-silent': 'nothing answers at the serial port',
  'adapter-wrong-type': 'another kind of adapter is plugged in',
  'adapter-wrong-baud': 'the adapter has another speed',
  'adapter-quirks': 'what the adapter is known for',
  'baud-too-slow': 'the serial line carries less than the bus can',
  'frames-lost': 'frames were lost in the adapter',
  'bus-ok': 'frames come from the bus',
  'bus-silent': 'no frame comes from the bus',
  'bus-errors': 'the bus has errors',
  'bus-off': 'the controller is off the bus',
  'interface-ok': 'the CAN interface is as it should be',
  'interface-missing': 'the CAN interface is not there',
  'interface-down': 'the CAN interface is down',
  'interface-bitrate': 'the CAN interface has another bit rate',
  'interface-mode': 'the CAN interface listens where it should ask, or the other way round',
  'gnss-ok': 'the receiver has a fix',
  'gnss-silent': 'the receiver says nothing',
  'gnss-no-fix': 'the receiver has no fix',
  'lora-no-gateway': 'no LoRa gateway was heard',
  // vehicle
  'pids-known': 'what the vehicle can be asked',
  'voltage-ok': 'the voltage is well',
  'voltage-low': 'the voltage is low',
  'voltage-implausible': 'the voltage cannot be',
  // time
  'clock-ok': 'the time is confirmed',
  'clock-unset': 'the clock is not set',
  'clock-unconfirmed': 'nothing confirms the time',
  'clock-no-rtc': 'the machine has no clock that runs while it is off',
  // broker
  'broker-ok': 'the broker takes what is published',
  'broker-off': 'MQTT is switched off',
  'broker-embedded': 'the embedded broker is used',
  'broker-name-unknown': 'the name of the broker is not known',
  'broker-unreachable': 'the broker does not answer',
  'broker-tls-untrusted': "the broker's certificate is not trusted",
  'broker-tls-expired': "the broker's certificate has expired",
  'broker-tls-not-yet': "the broker's certificate is not valid yet",
  'broker-tls-name': "the broker's certificate is for another name",
  'broker-tls-failed': 'TLS with the broker fails',
  'broker-certificate-ending': "the broker's certificate ends soon",
  'broker-file-unreadable': 'a file for the connection to the broker cannot be read',
  'broker-login-refused': 'the broker refuses the login',
  'broker-refused': 'the broker refuses the connection',
  'broker-publish-refused': 'the broker does not let the gateway publish',
  'broker-publish-untold': 'whether the gateway may publish cannot be told',
  // API
  'api-ok': 'the address of the API is free or ours',
  'api-port-taken': 'another program has the address of the API',
  'api-address-failed': 'the address of the API cannot be listened at',
  'api-unclaimed': 'nobody has claimed the gateway',
  'api-certificate-missing': 'the certificate of the API cannot be read',
  'api-certificate-expired': 'the certificate of the API has expired',
  'api-certificate-ending': 'the certificate of the API ends soon',
  // service and machine
  'service-ok': 'the service is installed and runs',
  'service-absent': 'there is no service',
  'service-disabled': 'the service does not start with the machine',
  'service-failed': 'the service has failed',
  'service-restarts': 'the service was started again and again',
  'power-ok': 'the supply is well',
  'power-low': 'the supply of the machine is too low',
  'machine-hot': 'the machine slows down because it is hot',
  'node-ok': 'this Node.js will do',
  'node-old': 'this Node.js is too old',
  'memory-ok': 'there is memory',
  'memory-low': 'there is little memory',
} as const

export type FindingId = keyof typeof findingTexts

export type Severity = 'ok' | 'note' | 'warning' | 'failure'

export interface Finding {
  id: FindingId
  severity: Severity
  /** The source it is about. */
  source?: string
  /** A sentence. */
  what: string
  cause?: string
  /** A command, or what to do. */
  remedy?: string
  /** What it was seen by. */
  evidence?: string
}

type More = Omit<Finding, 'id' | 'severity' | 'what'>

const of =
  (severity: Severity) =>
  (id: FindingId, what: string, more: More = {}): Finding => ({ id, severity, what, ...more })

export const ok = of('ok')
export const note = of('note')
export const warning = of('warning')
export const failure = of('failure')
