/**
 * How many datagrams may be answered by batches in one turn of this thread's event loop, over all sockets: less than
 * 1 ms of work. What else the thread has to do waits no longer than that, however many come.
 */
let aTurn = 128
let spent = 0
let isCounting = false

/** Whether this turn has any left. */
export const isTurnLeft = (): boolean => spent < aTurn

/** For a thread that has little else to do: so many. */
export const setTurn = (count: number): void => {
  aTurn = count
}

export const spendOfTurn = (count: number): void => {
  spent += count
  if (isCounting) return
  isCounting = true
  setImmediate(() => {
    isCounting = false
    spent = 0
  })
}
