/**
 * Names of parameter groups that no table decodes, so that statistics and messages can call them
 * something: acronym and our own short words (J1939-21, -71, -73, -75 and ISO 11783 as public
 * knowledge; acronyms as in the public j1939-84 tables and the J1939 matrix of canmatrix). Groups
 * that a table decodes carry their name there.
 */

export interface PgnName {
  readonly label: string
  readonly name: string
}

/** One group a line: PGN, acronym, name. */
const single = `
0 TSC1 Torque and speed control
256 TC1 Transmission control 1
512 EBS11 Brake system 1/1
768 EBS21 Brake system 2/1
1024 XBR External brake request
1280 CAM11 CANopen application 1/1
1536 CAM21 CANopen application 2/1
1792 GPV4 Valve pressures
2048 AUXIO5 Auxiliary inputs 5
2304 SRASI Static roll angle
2560 CCVS2 Cruise control 2
2816 AEBS2 Emergency braking 2
3072 EEC16 Engine controller 16
3328 TC2 Transmission control 2
3584 SHM Safety header
6912 HVESSC1 Traction battery control 1
7168 TC3 Transmission control 3
9728 MG1IC Motor 1 inverter control
9984 MG2IC Motor 2 inverter control
34048 CM2 Cab message 2
39680 PMI Proprietary method
39936 AUXIO7 Auxiliary inputs 7
40192 AUXIO6 Auxiliary inputs 6
40448 DM29 Trouble code counts
40704 DM35 Immediate fault status
40960 DM34 Not-to-exceed status
41216 DM33 Auxiliary emission control times
41472 DM32 Emission level exceedance
41728 DM31 Trouble codes and their lamps
41984 DM30 Scaled test results
42240 AUXIO4 Auxiliary inputs 4
42496 AUXIO3 Auxiliary inputs 3
42752 AUXIO2 Auxiliary inputs 2
43008 DISP1 Text to display
43264 FLIC Lane camera command
44544 TPRS Tyre pressure reference setting
49408 DM21 Diagnostic readiness 2
49664 DM20 Monitor performance ratios
49920 DM22 Clearing of one trouble code
50944 ETP.DT Extended transport, data
51200 ETP.CM Extended transport, connection
51456 RQST2 Request 2
51712 XFER Transfer of a request
51968 PD Process data
52992 CTL Continuous torque and speed limits
53504 ASC6 Air suspension 6
53760 ASC2 Air suspension 2
54016 DM19 Calibration information
54272 DM18 Data security
54528 TDA Time and date adjustment
54784 DM17 Boot load data
55040 DM16 Binary data transfer
55296 DM15 Memory access response
55552 DM14 Memory access request
56320 ATS Anti-theft status
56576 ATR Anti-theft request
56832 RESET Reset
57088 DM13 Stop or start of broadcasts
58112 DM7 Test command
58880 VT12 Terminal to controller
59136 VT21 Controller to terminal
59392 ACKM Acknowledgement
59904 RQST Request
60160 TP.DT Transport, data
60416 TP.CM Transport, connection
60928 AC Address claimed
61448 HPG Hydraulic pressure governor
61451 ESC1 Steering controller 1
61453 LOI Land leveller operator
61458 FWSS1 Fifth wheel 1
61459 SSI Slope sensor
61460 BI Blade
61461 RGTACRP Reactive power wanted of a generator
61462 CCS Combustion of the cylinders
61467 GPM17 General purpose 1/7
61468 RGAAC Generator quantities wanted
61469 SAS Steering angle sensor
61470 GC2 Generator control 2
61471 EBS26 Brake system 2/6
61472 EBS25 Brake system 2/5
61474 MSS Machine speed selected
61476 A1SCRDSR1 Catalyst 1, dosing requests
61477 A1SCRAI Catalyst 1, ammonia
61478 A2SCRDSI1 Catalyst 2, dosing
61479 A2SCRDSR1 Catalyst 2, dosing requests
61480 A2SCRAI Catalyst 2, ammonia
61481 SSI2 Slope sensor 2
61482 ARI Angular rates
61483 CN Crash
61484 MSI2 Lifting magnet 2
61486 ETCC Turbocharger control
61488 WS Wireless status
61489 WAND Wand sensor
61490 LDISP Linear displacement
61491 A1SCRAI2 Catalyst 1, ammonia 2
61492 A2SCRAI2 Catalyst 2, ammonia 2
61494 HVESSS2 Traction battery status 2
61495 ETBA1 Turbocharger blow-off 1
61496 ETFR Torque or fuel wanted
61538 ETC12 Transmission controller 12
61539 GFI5 Gas 5
61571 PC2II Power converter 2, isolation
61572 PC1II Power converter 1, isolation
61573 PC2IS1 Power converter 2, status 1
61574 PC1IS1 Power converter 1, status 1
61648 ECCR Cylinders to leave out
64438 AT1OG4 Exhaust 1, outlet gas 4
64439 AT1IG4 Exhaust 1, intake gas 4
64688 EICMH Ignition controller hours
64689 ICMSTS Ignition modules
64690 SPOC1 Switched outputs, currents
64691 FPOC Fused outputs, currents
64692 SPOS Switched outputs, states
64710 DM57 Diagnostic information of the engine
64711 DM56 Emission certification
64721 DM53 Service-only trouble codes, active
64722 DM54 Service-only trouble codes, earlier
64723 DM55 Clearing of service-only trouble codes
64819 A2SCRRSI Catalyst 2, reagent service
64820 A2SCRRT2I Catalyst 2, reagent tank 2
64821 A2SCRRT1I Catalyst 2, reagent tank 1
64822 A2SCRRI Catalyst 2, reagent
64823 A2SCRSI Catalyst 2, service
64824 A2SCREGT Catalyst 2, temperatures
64825 A2SCREGP Catalyst 2, pressures
64826 A2SCRDSR2 Catalyst 2, dosing requests 2
64827 A2SCRDSI2 Catalyst 2, dosing 2
64828 A1SCRRSI Catalyst 1, reagent service
64829 A1SCRRT2I Catalyst 1, reagent tank 2
64830 A1SCREGT1 Catalyst 1, temperatures
64831 A1SCREGP Catalyst 1, pressures
64832 A1SCRDSR2 Catalyst 1, dosing requests 2
64833 A1SCRDSI2 Catalyst 1, dosing 2
64836 AT2FC2 Aftertreatment 2, fuel 2
64839 TML Transmission mode labels
64840 O2FT2 Fuel trim, bank 2
64841 O2FT1 Fuel trim, bank 1
64849 ACCVC Aftercooler coolant control
64850 ECCVC Engine coolant control
64851 EAI Exhaust averages
64852 DM52 Trouble codes C, earlier
64853 DM51 Trouble codes C, confirmed
64854 DM50 Trouble codes C, pending
64855 DM49 Trouble codes B2, earlier
64856 DM48 Trouble codes B2, confirmed
64857 DM47 Trouble codes B2, pending
64858 DM46 Trouble codes B1, earlier
64859 DM45 Trouble codes B1, confirmed
64860 DM44 Trouble codes B1, pending
64861 DM43 Trouble codes A, earlier
64862 DM42 Trouble codes A, confirmed
64863 DM41 Trouble codes A, pending
64864 DM40 B1 failure counts
64865 DM39 Malfunction indicator time, system
64866 DM38 Regulation description
64867 DM37 Roadworthiness, system
64868 DM36 Roadworthiness, vehicle
64869 AT1FC2 Aftertreatment 1, fuel 2
64871 ZNVW Zero of the net weight
64873 AGCW Axle group calibration
64875 AAGW Axle group weights at hand
64876 AT2AC2 Aftertreatment 2, air 2
64877 AT1AC2 Aftertreatment 1, air 2
64878 A1SCRSI1 Catalyst 1, service
64894 AFSS Front lighting
64895 EC2 Engine configuration 2
64896 DM28 Permanent trouble codes
64897 EGRBV EGR cooler bypass
64898 DM27 All pending trouble codes
64905 VDS2 Roll of the vehicle
64906 J2012 J2012 trouble codes
64907 AT2GP Exhaust 2, gas parameters
64912 AETC Torque converter data
64922 EBS24 Brake system 2/4
64926 AT2AC1 Aftertreatment 2, air 1
64927 AT1AC1 Aftertreatment 1, air 1
64934 VREP Voltage regulator excitation
64936 WCM2 Wireless network 2
64937 WCM1 Wireless network 1
64938 EFL/P4 Engine fluid levels 4
64942 FWSS2 Fifth wheel 2
64943 AT2IMG Exhaust 2, intermediate gas
64944 AT2OG2 Exhaust 2, outlet gas 2
64945 AT2IG2 Exhaust 2, intake gas 2
64946 AT1IMG Exhaust 1, intermediate gas
64948 AT1IG2 Exhaust 1, intake gas 2
64949 DM23 Trouble codes earlier with lamp
64950 DM24 Parameters supported
64951 DM25 Expanded freeze frame
64952 DM26 Diagnostic readiness 3
64953 TPRI Tyre pressure reference
64954 TR6 Transit 6
64955 TR5 Transit 5
64956 TR4 Transit 4
64957 TR3 Transit 3
64958 TR1 Transit 1
64959 TR2 Transit 2
64960 TR7 Transit 7
64961 EFL/P3 Engine fluid levels 3
64963 EEC15 Engine controller 15
64966 CSA Cold start aids
64967 OHCSS Off-highway selection states
64968 ISCS Intermediate speed state
64970 ISC Intermediate speed control
64971 OHECS Off-highway engine selection
64974 WSMM Working set member, old
64975 WSM Working set master, old
64977 FMS Fleet management interface
64980 CM3 Cab message 3
64988 MCI Marine control
64991 FWD Front wheel drive
64994 SPR Supply pressures wanted
64995 EOAC Equipment operation
64996 EPD Payload
65031 ET Exhaust temperatures
65089 LCMD Light command
65090 HPTOC Hitch and PTO commands
65091 RPTO Rear PTO shaft
65092 FPTO Front PTO shaft
65093 RHS Rear hitch
65094 FHS Front hitch
65095 MP Power to be kept on
65096 WBSD Wheel speed and distance
65097 GBSD Ground speed and distance
65100 ML Military lights
65109 GFD Gas properties
65116 RGE22 Running gear 2/2
65117 GPM12 General purpose 1/2
65118 RGE23 Running gear 2/3
65119 GPM13 General purpose 1/3
65120 GPM23 General purpose 2/3
65121 GPM14 General purpose 1/4
65122 GPM24 General purpose 2/4
65123 GPM15 General purpose 1/5
65124 GPM25 General purpose 2/5
65125 GPM16 General purpose 1/6
65131 DI Driver identification
65137 LTP Laser tracer
65138 LBC Laser blade control
65139 LMP Laser mast
65140 LSP Levelling set point
65141 LVD Laser vertical deviation
65142 LVDD Laser vertical display
65152 CT6 Combustion times 6
65160 ISO1 Ignition transformers 1
65161 ISO2 Ignition transformers 2
65162 ISO3 Ignition transformers 3
65168 ETH Engine torque history
65192 ACTL Articulation
65220 EBS22 Brake system 2/2
65222 EBS23 Brake system 2/3
65224 GPM22 General purpose 2/2
65225 EBS12 Brake system 1/2
65226 DM1 Active trouble codes
65227 DM2 Earlier trouble codes
65228 DM3 Clearing of earlier trouble codes
65229 DM4 Freeze frames
65230 DM5 Diagnostic readiness 1
65231 DM6 Pending trouble codes
65232 DM8 Test results
65233 DM9 Oxygen sensor test results
65234 DM10 Tests supported
65235 DM11 Clearing of active trouble codes
65236 DM12 Trouble codes with lamp
65238 HSI1 Hybrid system inputs 1
65240 CA Commanded address
65241 AUXIO1 Auxiliary inputs 1
`

/** Groups that differ by a number, `#` in label and name. */
interface Series {
  readonly first: number
  readonly step: number
  readonly count: number
  /** The number of the first. */
  readonly from: number
  readonly label: string
  readonly name: string
}

const series: readonly Series[] = [
  {
    first: 3840,
    step: 256,
    count: 3,
    from: 11,
    label: 'HVESP#C1',
    name: 'Battery pack # control 1',
  },
  {
    first: 45312,
    step: 256,
    count: 16,
    from: 1,
    label: 'PCM#',
    name: 'Proprietarily configurable #',
  },
  { first: 61463, step: 1, count: 3, from: 1, label: 'KL#', name: 'Knock levels #' },
  { first: 61498, step: 1, count: 20, from: 1, label: 'ECCI#', name: 'Combustion of cylinder #' },
  {
    first: 61518,
    step: 1,
    count: 20,
    from: 1,
    label: 'ECCAI#',
    name: 'Combustion averages of cylinder #',
  },
  { first: 61540, step: 1, count: 5, from: 1, label: 'EGFVDC#', name: 'Gas valve durations #' },
  { first: 64675, step: -1, count: 3, from: 1, label: 'ESMR#', name: 'Spark misfires #' },
  { first: 64681, step: -1, count: 6, from: 1, label: 'ESVMAX#', name: 'Highest spark voltages #' },
  { first: 64687, step: -1, count: 6, from: 1, label: 'ESVMIN#', name: 'Lowest spark voltages #' },
  { first: 64816, step: -2, count: 7, from: 4, label: 'BJM#', name: 'Joystick #' },
  { first: 64815, step: -2, count: 7, from: 4, label: 'EJM#', name: 'Grip of joystick #' },
  { first: 64887, step: -1, count: 6, from: 1, label: 'ESV#', name: 'Spark voltages #' },
  { first: 64904, step: -1, count: 5, from: 5, label: 'EFL/P#', name: 'Engine fluid levels #' },
  { first: 64982, step: 2, count: 3, from: 1, label: 'BJM#', name: 'Joystick #' },
  { first: 64983, step: 2, count: 3, from: 1, label: 'EJM#', name: 'Grip of joystick #' },
  { first: 65147, step: 1, count: 5, from: 1, label: 'CT#', name: 'Combustion times #' },
]

/** Groups whose meaning the maker decides; the second of a kind is on data page 1. */
const proprietary: readonly (PgnName & { readonly first: number; readonly last: number })[] = [
  { first: 61_184, last: 61_184, label: 'PropA', name: 'Proprietary A' },
  { first: 65_280, last: 65_535, label: 'PropB', name: 'Proprietary B' },
  { first: 126_720, last: 126_720, label: 'PropA2', name: 'Proprietary A2' },
  { first: 130_816, last: 131_071, label: 'PropB2', name: 'Proprietary B2' },
]

function* namesOf(): Generator<readonly [number, PgnName]> {
  for (const line of single.trim().split('\n')) {
    const [pgn = '', label = '', ...words] = line.split(' ')
    yield [Number(pgn), { label, name: words.join(' ') }]
  }
  for (const { first, step, count, from, label, name } of series) {
    for (let i = 0; i < count; i += 1) {
      const number = String(from + i)
      const named = { label: label.replace('#', number), name: name.replace('#', number) }
      yield [first + i * step, named]
    }
  }
  for (const { first, last, label, name } of proprietary) {
    for (let pgn = first; pgn <= last; pgn += 1) yield [pgn, { label, name }]
  }
}

/** Every group that has a name here, in no order. */
export const pgnNames: readonly (readonly [number, PgnName])[] = [...namesOf()]

const byPgn: ReadonlyMap<number, PgnName> = new Map(pgnNames)

export function pgnName(pgn: number): PgnName | undefined {
  return byPgn.get(pgn)
}
