/** What every format of a sheet is read into, and what is said when it cannot be. */
import { AppError } from '../errors.js';

/** A table as it stands in the file; `line` is that of the file, or the row of the sheet, from 1. */
export interface Table {
  header: string[];
  headerLine: number;
  rows: { line: number; cells: string[] }[];
}

export function invalid(file: string, message: string, line?: number, cause?: unknown): AppError {
  return new AppError('sheet_invalid', message, {
    file,
    ...(line !== undefined && { line }),
    cause,
  });
}
