/** Untyped, as it is used by who writes JavaScript: its own types are a thousand files, and those of a newer Node.js. */
declare module '@kubernetes/client-node'
