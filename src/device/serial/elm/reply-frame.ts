/** A CAN frame that an ELM327 printed as part of an answer. */
export interface ReplyFrame {
  id: number
  extended: boolean
  data: Uint8Array
}
