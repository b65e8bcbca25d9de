/** By which a RuntimeClass names the runtime of containers without processes. */
export const VIRTUAL_HANDLER = 'virtual'
