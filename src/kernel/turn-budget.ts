/**
 * How many datagrams may be answered by batches in one turn of the event loop, over all sockets: some 0.3 ms of work.
 * What else the process has to do waits no longer than that, however many come.
 */
const A_TURN = 128

let spent = 0
let isCounting = false

/** Whether this turn has any left. */
export const isTurnLeft = (): boolean => spent < A_TURN

export const spendOfTurn = (count: number): void => {
  spent += count
  if (isCounting) return
  isCounting = true
  setImmediate(() => {
    isCounting = false
    spent = 0
  })
}
