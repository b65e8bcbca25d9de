import { sha256 } from './sha256.ts'

/**
 * A short name of a text that follows from it: 32 hexadecimal digits. Nobody finds another text of the same name, so that
 * one name never means two things, today and after a change.
 */
export const contentId = (text: string): string => sha256(text).slice(0, 32)
