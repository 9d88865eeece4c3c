import ts from "typescript";

/** Names that a value for an environment usually has. */
export const environments = ["dev", "development", "staging", "review", "prod", "production"];
/** What a variable or a field is called that holds the name of an environment or a stack. */
const holders = ["environment", "stack", "stackName", "environmentName"];
/** Methods that look a text up, or take it apart. */
const lookups = ["includes", "has", "get", "indexOf", "startsWith", "endsWith", "match", "test"];
const equalities = [
  ts.SyntaxKind.EqualsEqualsToken,
  ts.SyntaxKind.EqualsEqualsEqualsToken,
  ts.SyntaxKind.ExclamationEqualsToken,
  ts.SyntaxKind.ExclamationEqualsEqualsToken,
];

/**
 * Expressions of a TypeScript source that decide by the name of an environment or of a stack: a
 * comparison, a `switch`, or a lookup in a list, a set or a map.
 */
export function environmentBranches(source: string): string[] {
  const file = ts.createSourceFile("source.ts", source, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (decides(node)) found.push(node.getText(file).replaceAll(/\s+/g, " "));
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function decides(node: ts.Node): boolean {
  if (ts.isBinaryExpression(node)) {
    const sides = [node.left, node.right];
    const operator = node.operatorToken.kind;
    if (operator === ts.SyntaxKind.InKeyword) return isHolder(node.left);
    if (!equalities.includes(operator)) return false;
    return sides.some(isEnvironment) || (sides.some(isHolder) && sides.some(isText));
  }
  if (ts.isSwitchStatement(node)) return isHolder(node.expression);
  if (ts.isCaseClause(node)) return isEnvironment(node.expression);
  if (ts.isElementAccessExpression(node)) return isHolder(node.argumentExpression);
  return ts.isCallExpression(node) && looksUp(node);
}

function looksUp({ expression: callee, arguments: given }: ts.CallExpression): boolean {
  if (!ts.isPropertyAccessExpression(callee) || !lookups.includes(callee.name.text)) return false;
  const list = bare(callee.expression);
  const listed = ts.isArrayLiteralExpression(list) && list.elements.some(isEnvironment);
  return listed || isHolder(callee.expression) || given.some(isHolder);
}

/** An expression without what TypeScript or a template adds around it. */
function bare(node: ts.Node): ts.Node {
  if (ts.isTemplateExpression(node)) {
    const [span, ...more] = node.templateSpans;
    return span && more.length === 0 ? bare(span.expression) : node;
  }
  const wraps =
    ts.isParenthesizedExpression(node) ||
    ts.isAsExpression(node) ||
    ts.isSatisfiesExpression(node) ||
    ts.isNonNullExpression(node);
  return wraps ? bare(node.expression) : node;
}

function isHolder(node: ts.Node): boolean {
  const inner = bare(node);
  if (ts.isIdentifier(inner)) return holders.includes(inner.text);
  if (ts.isPropertyAccessExpression(inner)) return holders.includes(inner.name.text);
  if (!ts.isCallExpression(inner)) return false;
  const callee = inner.expression;
  if (!ts.isPropertyAccessExpression(callee)) {
    return ts.isIdentifier(callee) && callee.text === "getStack";
  }
  const isSame = ["toLowerCase", "toUpperCase", "trim"].includes(callee.name.text);
  return callee.name.text === "getStack" || (isSame && isHolder(callee.expression));
}

const isText = (node: ts.Node): boolean => ts.isStringLiteralLike(bare(node));

function isEnvironment(node: ts.Node): boolean {
  const inner = bare(node);
  return ts.isStringLiteralLike(inner) && environments.includes(inner.text);
}
