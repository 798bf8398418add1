import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.javarosa.xpath.expr.XPathArithExpr;
import org.javarosa.xpath.expr.XPathBoolExpr;
import org.javarosa.xpath.expr.XPathCmpExpr;
import org.javarosa.xpath.expr.XPathEqExpr;
import org.javarosa.xpath.expr.XPathExpression;
import org.javarosa.xpath.expr.XPathFuncExpr;
import org.javarosa.xpath.expr.XPathNumericLiteral;
import org.javarosa.xpath.expr.XPathPathExpr;
import org.javarosa.xpath.expr.XPathStringLiteral;

/**
 * What would have to be answered so that conditions come true, or false: worked out backwards from the conditions through the
 * calculations they read. A guess that steers random answers; whether it came true the engine alone says.
 */
class Wishes {
    static final int DEEP = 40, MOST_TURNS = 60;
    static final Set<String> SAME_IN_OTHER_WORDS = Set.of("once", "string", "number", "int", "date", "format-date", "normalize-space");

    /** What is wished of one answer. `known`: one that stands in this column of a list. */
    static class Wish {
        final Set<String> equal = new HashSet<>();
        final Set<String> never = new HashSet<>();
        final Set<String> without = new HashSet<>();
        final Set<String> with = new HashSet<>();
        final List<Bound> bounds = new ArrayList<>();
        XPathPathExpr known;
        Boolean answered;

        Wish copy() {
            Wish other = new Wish();
            other.equal.addAll(equal);
            other.never.addAll(never);
            other.with.addAll(with);
            other.without.addAll(without);
            other.bounds.addAll(bounds);
            other.known = known;
            other.answered = answered;
            return other;
        }
    }

    /** A comparison with something that is worked out only when the question is asked. */
    static class Bound {
        final int op;
        final XPathExpression other;

        Bound(int op, XPathExpression other) {
            this.op = op;
            this.other = other;
        }
    }

    final Rules rules;
    final Random random;
    final Map<String, Wish> byPath = new HashMap<>();
    private int depth, turns;

    Wishes(Rules rules, Random random) {
        this.rules = rules;
        this.random = random;
    }

    Wish of(String path) {
        return byPath.computeIfAbsent(path, p -> new Wish());
    }

    /** How often one wish contradicts another: of two ways to the same end a wish takes either. */
    int contradictions() {
        int found = 0;
        for (Wish wish : byPath.values()) {
            found += Math.max(0, wish.equal.size() - 1);
            found += wish.equal.stream().anyMatch(wish.never::contains) || wish.with.stream().anyMatch(wish.without::contains) ? 1 : 0;
            found += Boolean.FALSE.equals(wish.answered) && !(wish.equal.isEmpty() && wish.with.isEmpty()) ? 1 : 0;
        }
        return found;
    }

    /** Wishes that a node shows (or, with everything around it shown, does not). */
    void wantShown(String path, boolean shown) {
        if (++depth < DEEP) {
            XPathExpression own = rules.relevant.get(path);
            if (own != null) {
                want(own, shown);
            }
            for (String up = Rules.parentOf(path); !up.isEmpty(); up = Rules.parentOf(up)) {
                if (rules.relevant.containsKey(up)) {
                    want(rules.relevant.get(up), true);
                }
            }
        }
        depth--;
    }

    void want(XPathExpression e, boolean truth) {
        if (e instanceof XPathBoolExpr) {
            XPathBoolExpr both = (XPathBoolExpr) e;
            if ((both.op == XPathBoolExpr.AND) == truth) {
                want(both.a, truth);
                want(both.b, truth);
            } else {
                either(() -> want(both.a, truth), () -> want(both.b, truth));
            }
        } else if (e instanceof XPathEqExpr) {
            XPathEqExpr eq = (XPathEqExpr) e;
            boolean same = eq.equal == truth;
            String literal = literal(eq.b);
            if (literal != null) {
                wantValue(eq.a, literal, same);
            } else if (literal(eq.a) != null) {
                wantValue(eq.b, literal(eq.a), same);
            } else {
                wantAnswers(e);
            }
        } else if (e instanceof XPathCmpExpr) {
            XPathCmpExpr cmp = (XPathCmpExpr) e;
            wantBound(cmp.a, truth ? cmp.op : opposite(cmp.op), cmp.b);
            wantBound(cmp.b, mirrored(truth ? cmp.op : opposite(cmp.op)), cmp.a);
        } else if (e instanceof XPathFuncExpr) {
            wantCall((XPathFuncExpr) e, truth);
        } else if (Rules.pathOf(e) != null) {
            wantValue(e, "", !truth);
        }
    }

    private void wantCall(XPathFuncExpr call, boolean truth) {
        String name = call.id.name;
        if (name.equals("not") || name.equals("boolean")) {
            want(call.args[0], name.equals("not") != truth);
        } else if (name.equals("selected") && Rules.pathOf(call.args[0]) != null && literal(call.args[1]) != null) {
            String path = Rules.pathOf(call.args[0]);
            (truth ? of(path).with : of(path).without).add(literal(call.args[1]));
            if (truth) {
                wantShown(path, true);
            }
        } else {
            wantAnswers(call);
        }
    }

    /** Wishes that something is worked out to this text, or to another. */
    private void wantValue(XPathExpression e, String text, boolean same) {
        if (++depth < DEEP) {
            String path = Rules.pathOf(e);
            if (path != null) {
                wantAnswer(path, text, same);
            } else if (e instanceof XPathFuncExpr) {
                wantResult((XPathFuncExpr) e, text, same);
            } else if (e instanceof XPathBoolExpr || e instanceof XPathEqExpr || e instanceof XPathCmpExpr) {
                want(e, (text.equals("1") || text.equals("true")) == same);
            } else if (e instanceof XPathArithExpr && same && text.matches("-?[0-9.]+")) {
                wantBound(e, XPathCmpExpr.GTE, new XPathNumericLiteral(Double.valueOf(text)));
                wantBound(e, XPathCmpExpr.LTE, new XPathNumericLiteral(Double.valueOf(text)));
            } else if (!text.isEmpty() || !same) {
                wantAnswers(e);
            }
        }
        depth--;
    }

    private void wantResult(XPathFuncExpr call, String text, boolean same) {
        String name = call.id.name;
        if (name.equals("if")) {
            boolean first = fits(call.args[1], text, same);
            boolean second = fits(call.args[2], text, same);
            Runnable then = () -> wantBranch(call, true, text, same);
            Runnable otherwise = () -> wantBranch(call, false, text, same);
            either(first ? then : otherwise, second ? otherwise : then);
        } else if (name.equals("coalesce")) {
            wantValue(call.args[random.nextInt(call.args.length)], text, same);
        } else if (SAME_IN_OTHER_WORDS.contains(name)) {
            wantValue(call.args[0], text, same);
        } else if (!text.isEmpty() || !same) {
            wantAnswers(call);
        }
    }

    private void wantBranch(XPathFuncExpr call, boolean taken, String text, boolean same) {
        want(call.args[0], taken);
        wantValue(call.args[taken ? 1 : 2], text, same);
    }

    /** One of two ways to the same end, at random; the other where the first contradicts what is wished already. */
    private void either(Runnable one, Runnable other) {
        boolean turned = random.nextBoolean();
        int before = contradictions();
        Map<String, Wish> untouched = copy();
        (turned ? other : one).run();
        int first = contradictions();
        if (first <= before || ++turns > MOST_TURNS) {
            return;
        }
        Map<String, Wish> reached = copy();
        take(untouched);
        (turned ? one : other).run();
        if (contradictions() > first) {
            take(reached);
        }
    }

    private Map<String, Wish> copy() {
        Map<String, Wish> copied = new HashMap<>();
        byPath.forEach((path, wish) -> copied.put(path, wish.copy()));
        return copied;
    }

    private void take(Map<String, Wish> wishes) {
        byPath.clear();
        byPath.putAll(wishes);
    }

    private static boolean fits(XPathExpression e, String text, boolean same) {
        String constant = literal(e);
        return constant == null || constant.equals(text) == same;
    }

    private void wantAnswer(String path, String text, boolean same) {
        List<XPathExpression> worked = rules.value.get(path);
        Wish wish = of(path);
        if (text.isEmpty()) {
            if (wish.answered == null) {
                wish.answered = !same;
            }
        } else {
            (same ? wish.equal : wish.never).add(text);
        }
        if (!text.isEmpty() || !same) {
            wantShown(path, true);
        }
        if (worked != null) {
            wantValue(worked.get(random.nextInt(worked.size())), text, same);
        }
    }

    private void wantBound(XPathExpression e, int op, XPathExpression other) {
        if (++depth < DEEP) {
            String path = Rules.pathOf(e);
            if (path != null && !path.isEmpty()) {
                wantShown(path, true);
                of(path).answered = true;
                List<XPathExpression> worked = rules.value.get(path);
                if (worked == null || rules.asked.contains(path)) {
                    of(path).bounds.add(new Bound(op, other));
                } else {
                    wantBound(worked.get(random.nextInt(worked.size())), op, other);
                }
            } else if (e instanceof XPathArithExpr) {
                wantSum((XPathArithExpr) e, op, other);
            } else if (e instanceof XPathFuncExpr) {
                wantBoundOfCall((XPathFuncExpr) e, op, other);
            } else {
                wantAnswers(e);
            }
        }
        depth--;
    }

    private void wantBoundOfCall(XPathFuncExpr call, int op, XPathExpression other) {
        if (call.id.name.equals("if")) {
            Runnable then = () -> wantBranch(call, true, op, other);
            Runnable otherwise = () -> wantBranch(call, false, op, other);
            either("".equals(literal(call.args[1])) ? otherwise : then, "".equals(literal(call.args[2])) ? then : otherwise);
        } else if (SAME_IN_OTHER_WORDS.contains(call.id.name) || call.id.name.equals("coalesce")) {
            wantBound(call.args[0], op, other);
        } else {
            wantAnswers(call);
        }
    }

    private void wantBranch(XPathFuncExpr call, boolean taken, int op, XPathExpression other) {
        want(call.args[0], taken);
        wantBound(call.args[taken ? 1 : 2], op, other);
    }

    /** Of a difference or sum with one thing that is asked, the bound of that one; of other sums that they are great, or small. */
    private void wantSum(XPathArithExpr e, int op, XPathExpression other) {
        boolean minus = e.op == XPathArithExpr.SUBTRACT;
        if (minus || e.op == XPathArithExpr.ADD) {
            if (asks(e.a)) {
                wantBound(e.a, op, new XPathArithExpr(minus ? XPathArithExpr.ADD : XPathArithExpr.SUBTRACT, other, e.b));
                return;
            }
            if (asks(e.b)) {
                XPathExpression left = minus ? new XPathArithExpr(XPathArithExpr.SUBTRACT, e.a, other)
                    : new XPathArithExpr(XPathArithExpr.SUBTRACT, other, e.a);
                wantBound(e.b, minus ? mirrored(op) : op, left);
                return;
            }
        }
        wantMuch(e, op == XPathCmpExpr.GT || op == XPathCmpExpr.GTE);
        wantAnswers(e);
    }

    /** Whether an expression is an answer, in other words perhaps. */
    private boolean asks(XPathExpression e) {
        if (e instanceof XPathFuncExpr && (SAME_IN_OTHER_WORDS.contains(((XPathFuncExpr) e).id.name) || ((XPathFuncExpr) e).id.name.equals("if"))) {
            XPathExpression[] args = ((XPathFuncExpr) e).args;
            return asks(args[args.length - 1]);
        }
        String path = Rules.pathOf(e);
        return path != null && rules.asked.contains(path);
    }

    private void wantMuch(XPathExpression e, boolean much) {
        if (e instanceof XPathArithExpr) {
            wantMuch(((XPathArithExpr) e).a, much);
            wantMuch(((XPathArithExpr) e).b, much);
        } else if (e instanceof XPathFuncExpr && ((XPathFuncExpr) e).id.name.equals("if")) {
            XPathExpression[] args = ((XPathFuncExpr) e).args;
            if (args[1] instanceof XPathNumericLiteral && args[2] instanceof XPathNumericLiteral) {
                want(args[0], ((XPathNumericLiteral) args[1]).d > ((XPathNumericLiteral) args[2]).d == much);
            }
        }
    }

    private void wantAnswers(XPathExpression e) {
        if (++depth < DEEP) {
            Rules.lookupsIn(e).forEach((path, column) -> of(path).known = column);
            for (String path : Rules.pathsIn(e)) {
                if (of(path).answered == null) {
                    of(path).answered = true;
                    wantShown(path, true);
                }
            }
        }
        depth--;
    }

    static String literal(XPathExpression e) {
        if (e instanceof XPathStringLiteral) {
            return ((XPathStringLiteral) e).s;
        }
        if (e instanceof XPathNumericLiteral) {
            double number = ((XPathNumericLiteral) e).d;
            return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
        }
        return null;
    }

    static int opposite(int op) {
        return op == XPathCmpExpr.LT ? XPathCmpExpr.GTE : op == XPathCmpExpr.GT ? XPathCmpExpr.LTE
            : op == XPathCmpExpr.LTE ? XPathCmpExpr.GT : XPathCmpExpr.LT;
    }

    static int mirrored(int op) {
        return op == XPathCmpExpr.LT ? XPathCmpExpr.GT : op == XPathCmpExpr.GT ? XPathCmpExpr.LT
            : op == XPathCmpExpr.LTE ? XPathCmpExpr.GTE : XPathCmpExpr.LTE;
    }
}
