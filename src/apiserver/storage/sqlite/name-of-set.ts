import { hash } from 'node:crypto'

/** 96 bits say which. */
const LENGTH = 16

/** Of a set of owned fields as JSON: the same for the same text, whoever asks and when. */
export const nameOfSet = (fields: string): string => hash('sha256', fields, 'base64url').slice(0, LENGTH)
