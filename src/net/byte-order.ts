/** Whether numbers in memory, and so those that the kernel is given, begin with their lowest byte. */
export const LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1
