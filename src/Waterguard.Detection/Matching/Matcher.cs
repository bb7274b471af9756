using System.Numerics;
using Waterguard.Events;
using Waterguard.Events.Fields;

namespace Waterguard.Detection.Matching;

/// <summary>Judges events against one plan. One a worker: it reuses its memory, and allocates nothing for an event that matches nothing.</summary>
public sealed class Matcher
{
    private readonly RulePlan _plan;
    private readonly MatchContext _context;
    private readonly ulong[] _candidates;
    private int[] _matched = new int[16];
    private int _matchedCount;

    /// <summary>A matcher for a plan.</summary>
    public Matcher(RulePlan plan)
    {
        _plan = plan;
        _context = new MatchContext(plan.PredicateCount, plan.KeywordCount, plan.CandidateWords, plan.Index.RuleWords, plan.Layout.Tree.SlotCount);
        _candidates = new ulong[plan.CandidateWords];
    }

    /// <summary>The plan that is judged against.</summary>
    public RulePlan Plan => _plan;

    /// <summary>For how many events bodies were read, over all.</summary>
    public long BodiesRead { get; private set; }

    /// <summary>What is wrong with a body of the last event that was only read because a rule may need it; null when nothing is.</summary>
    public JsonFlaw? Flaw { get; private set; }

    /// <summary>How many rules were judged, over all events.</summary>
    public long Judged { get; private set; }

    /// <summary>The numbers, in <see cref="RulePlan.Rules"/>, of the rules that the event matches, in ascending order. Valid until the next call.</summary>
    /// <param name="fields">The event, as <paramref name="reader"/> has just read it.</param>
    public ReadOnlySpan<int> Match(EventBuffer fields, EventReader reader)
    {
        _context.Begin(fields, reader);
        _matchedCount = 0;
        Flaw = null;
        _plan.Index.Begin(_context, _candidates);
        if (fields.HasLeftBodies && NeedsBodies())
        {
            BodiesRead++;
            var known = fields.Touched.Length;
            if (!reader.ReadBodies(fields, out var flaw))
            {
                Flaw = flaw;
                return [];
            }

            _plan.Layout.CompleteBodies(fields);
            _plan.Index.AddBodies(_context, known, _candidates);
        }

        var candidates = _plan.Index.Candidates(_context, _candidates);
        for (var word = 0; word < candidates.Length; word++)
        {
            for (var bits = candidates[word]; bits != 0; bits &= bits - 1) Judge((word << 6) + BitOperations.TrailingZeroCount(bits));
        }

        return _matched.AsSpan(0, _matchedCount);
    }

    /// <summary>The same answer without the index: every rule is judged. For tests, and for explaining.</summary>
    public ReadOnlySpan<int> MatchByFullScan(EventBuffer fields, EventReader reader)
    {
        _context.Begin(fields, reader);
        _matchedCount = 0;
        if (fields.HasLeftBodies && reader.ReadBodies(fields, out _)) _plan.Layout.CompleteBodies(fields);
        for (var rule = 0; rule < _plan.Rules.Length; rule++) Judge(rule);
        return _matched.AsSpan(0, _matchedCount);
    }

    // Whether a rule that reads the bodies may still match: judged with what they hold unknown.
    private bool NeedsBodies()
    {
        _context.InBodies = _plan.Index;
        var needs = false;
        for (var word = 0; word < _plan.Index.RuleWords && !needs; word++)
        {
            for (var bits = _plan.Index.BodyReaders(_context, _candidates, word); bits != 0 && !needs; bits &= bits - 1)
            {
                needs = _plan.Judge((word << 6) + BitOperations.TrailingZeroCount(bits), _context) != Truth.False;
            }
        }

        _context.InBodies = null;
        return needs;
    }

    private void Judge(int rule)
    {
        Judged++;
        if (_plan.Judge(rule, _context) == Truth.False) return;
        if (_matchedCount == _matched.Length) Array.Resize(ref _matched, _matched.Length * 2);
        _matched[_matchedCount++] = rule;
    }
}
