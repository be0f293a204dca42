/** Warnings about a parsed issue by itself; what needs other issues is in references.ts. */
import { comparableUrl } from './comparable-url.js';
import type { Findings } from './findings.js';
import { oneLine, plainText } from './plain-text.js';
import type { Issue } from './types.js';
import { itemsOf, nodeListsOf, visitNodes } from './visit.js';

export function lintIssue(issue: Issue, findings: Findings): void {
  warnOfRepeatedUrls(issue, findings);
  warnOfSilentLinks(issue, findings);
}

/** Only the addresses of items: within the prose, a link may well come twice. */
function warnOfRepeatedUrls(issue: Issue, findings: Findings): void {
  const seen = new Map<string, string>();
  for (const item of itemsOf(issue)) {
    for (const url of new Set(item.urls)) {
      const key = comparableUrl(url);
      const earlier = seen.get(key);
      if (earlier === undefined) seen.set(key, item.title);
      else {
        const message = `${url} is the address of "${earlier}" already`;
        findings.warn('duplicate-url', item.position.line, message);
      }
    }
  }
}

function warnOfSilentLinks(issue: Issue, findings: Findings): void {
  for (const { nodes } of nodeListsOf(issue)) {
    visitNodes(nodes, (node) => {
      if (node.type !== 'link' || oneLine(plainText([node])) !== '') return;
      findings.warn(
        'link-without-text',
        node.position?.start.line ?? 1,
        `the link to ${node.url} has no text`,
      );
    });
  }
}
