import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import {
  addAlarm,
  capital,
  FIVE_MINUTES,
  linesOf,
  namespaceOf,
  ONE_MINUTE,
  sumOf,
  withWords,
} from './alarm-parts.ts';

/** What an alarm says about an edition: its id, and its name in each language. */
export type WatchedEdition = { id: string; name: Record<string, string> };

/**
 * Two alarms for each edition: an issue is late, or an issue was missed. In every minute the tick function writes a line
 * for each edition, with the numbers of late and of missed issues (`functions/newsletter/watch.ts`).
 *
 * An issue counts as late two minutes after it was due. The tick that sees it comes within a minute, the minute of its line
 * ends within another, and CloudWatch evaluates the alarm within one more. So the alarm goes off within five minutes. It
 * clears in the first minute without a late issue. A missed issue counts once, so its alarm clears after five minutes.
 */
export class EditionAlarms extends Construct {
  constructor(scope: Construct, id: string, topic: Topic, logGroup: LogGroup, editions: WatchedEdition[]) {
    super(scope, id);
    const line = { logGroup, pattern: withWords('$.message', 'the state of an edition') };
    const dimension = { name: 'Edition', field: '$.edition' };
    linesOf(this, { ...line, dimension, metricName: 'IssuesLate', value: '$.late' });
    linesOf(this, { ...line, dimension, metricName: 'IssuesMissed', value: '$.missed' });
    for (const edition of editions) {
      const name = Object.values(edition.name)[0] ?? edition.id;
      const of = (metricName: string) => ({
        namespace: namespaceOf(this),
        metricName,
        dimensionsMap: { Edition: edition.id },
      });
      addAlarm(this, topic, `IssueIsLate${idPart(edition.id)}`, {
        metric: sumOf(
          `Late issues of ${edition.id}`,
          [new Metric({ ...of('IssuesLate'), statistic: 'Maximum', ...ONE_MINUTE })],
          ONE_MINUTE,
        ),
        atLeast: 1,
        hurt: `Readers of the newsletter ${edition.id} (${name}) do not get the issue that is due.`,
        anchor: 'an-issue-is-late',
      });
      addAlarm(this, topic, `IssueWasMissed${idPart(edition.id)}`, {
        metric: sumOf(`Missed issues of ${edition.id}`, [
          new Metric({ ...of('IssuesMissed'), statistic: 'Sum', ...FIVE_MINUTES }),
        ]),
        atLeast: 1,
        hurt: `Readers of the newsletter ${edition.id} (${name}) get no issue for an hour at which one was due.`,
        anchor: 'an-issue-was-missed',
      });
    }
  }
}

/** Returns the id of an edition as a part of a construct's id, which has no hyphens in CloudFormation. */
function idPart(id: string): string {
  return id.split('-').map(capital).join('');
}
