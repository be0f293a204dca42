/** Where the embedded server's unix socket lies. */
import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '../errors.js';

/** `sun_path` holds 104 bytes on macOS and the BSDs, 108 on Linux, with the final zero. */
const LONGEST_PATH_BYTES = 103;

/** Names a data folder in process titles and temporary folders. */
export function folderMark(folder: string): string {
  return createHash('sha256').update(folder).digest('hex').slice(0, 16);
}

/**
 * Beside the data where the path is short enough: there every process finds it, also one that has
 * a temporary folder of its own (systemd's PrivateTmp). Else in a private temporary folder.
 * @param folder absolute real path of the server's data folder
 * @throws AppError redis_unsuitable when the temporary folder is not ours alone
 */
export function socketPath(folder: string): string {
  const beside = join(folder, 'server.sock');
  if (Buffer.byteLength(beside) <= LONGEST_PATH_BYTES) return beside;
  const mark = `pressrun-${folderMark(folder)}`;
  const temporary = join(tmpdir(), mark);
  const short = Buffer.byteLength(temporary) + 12 <= LONGEST_PATH_BYTES;
  return join(privateFolder(short ? temporary : join('/tmp', mark)), 'server.sock');
}

function privateFolder(path: string): string {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  // Whoever owns the folder could put a server of their own behind the name.
  const found = lstatSync(path);
  const isOurs = found.isDirectory() && found.uid === process.getuid?.();
  if (isOurs && (found.mode & 0o077) === 0) return path;
  throw new AppError(
    'redis_unsuitable',
    `${path} must be a folder that belongs to you alone (mode 0700): the embedded Redis keeps its socket there. Remove it and try again`,
  );
}
