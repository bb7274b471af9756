using System.Collections.Immutable;

namespace Waterguard.Posture.Cel;

/// <summary>A part of an expression of CEL.</summary>
internal abstract record CelNode;

/// <summary>A text, a number or a truth value.</summary>
internal sealed record CelLiteral(object Value) : CelNode;

/// <summary><c>[a, b]</c>.</summary>
internal sealed record CelList(ImmutableArray<CelNode> Items) : CelNode;

/// <summary>A name: of what is given, or of a macro's variable.</summary>
internal sealed record CelName(string Name) : CelNode;

/// <summary><c>of.field</c>.</summary>
internal sealed record CelField(CelNode Of, string Field) : CelNode;

/// <summary><c>has(of.field)</c>.</summary>
internal sealed record CelHas(CelNode Of, string Field) : CelNode;

/// <summary><c>!x</c>.</summary>
internal sealed record CelNot(CelNode Inner) : CelNode;

/// <summary>Two parts and what is between them: <c>&amp;&amp; || == != in +</c>.</summary>
internal sealed record CelPair(string Operator, CelNode Left, CelNode Right) : CelNode;

/// <summary><c>test ? then : otherwise</c>.</summary>
internal sealed record CelChoice(CelNode Test, CelNode Then, CelNode Otherwise) : CelNode;

/// <summary><c>list.all(x, …)</c>, or <c>exists</c>.</summary>
internal sealed record CelEach(CelNode List, bool IsAll, string Variable, CelNode Inner) : CelNode;

/// <summary><c>text.startsWith(head)</c>.</summary>
internal sealed record CelStartsWith(CelNode Text, CelNode Head) : CelNode;
