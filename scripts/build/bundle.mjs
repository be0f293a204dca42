/**
 * Makes one program of src/cli/main.ts and all that it imports: to find and open two thousand modules
 * takes a command longer than its work. What is imported when it is needed stays apart, as a chunk.
 */
import { join } from 'node:path';
import { build } from 'esbuild';

/** What packages that are no ES modules take for granted. */
const COMMONJS = `import { createRequire as pressrunRequire } from 'node:module';
import { dirname as pressrunDirname } from 'node:path';
import { fileURLToPath as pressrunPath } from 'node:url';
const require = pressrunRequire(import.meta.url);
const __filename = pressrunPath(import.meta.url);
const __dirname = pressrunDirname(__filename);`;

/** Compiled for each machine; asked for by what can do without. */
const EXTERNAL = ['msgpackr-extract'];

/**
 * Package → what it loads for uses that are not ours, a quarter of the program: mjml to minify and to
 * beautify, cheerio to fetch and to decode, Handlebars to make source maps.
 */
const NEVER_USED = {
  'mjml-core': ['htmlnano', 'js-beautify', 'cssnano-preset-lite'],
  juice: ['web-resource-inliner'],
  cheerio: ['undici', 'encoding-sniffer', 'parse5-parser-stream', 'whatwg-mimetype'],
  handlebars: ['source-map'],
};

const leaveOut = {
  name: 'leave-out',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^[a-z]/ }, ({ path, importer }) => {
      const unused = NEVER_USED[packageOf(importer)]?.includes(path);
      return unused ? { path, namespace: 'nothing' } : undefined;
    });
    onLoad({ filter: /./, namespace: 'nothing' }, () => ({ contents: 'module.exports = {};' }));
  },
};

/** Name of the package that a module belongs to. */
function packageOf(path) {
  const [, inner = ''] = /.*[\\/]node_modules[\\/](.*)/s.exec(path) ?? [];
  return inner
    .split(/[\\/]/)
    .slice(0, inner.startsWith('@') ? 2 : 1)
    .join('/');
}

/** @returns which files were written of which modules, paths relative to `root` */
export async function bundle(root) {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['src/cli/main.ts'],
    outbase: root,
    outdir: join(root, 'dist'),
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    banner: { js: COMMONJS },
    external: EXTERNAL,
    plugins: [leaveOut],
    metafile: true,
    logLevel: 'warning',
  });
  return metafile;
}
