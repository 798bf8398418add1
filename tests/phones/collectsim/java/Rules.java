import java.io.File;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.xml.parsers.DocumentBuilderFactory;
import org.javarosa.core.model.instance.TreeReference;
import org.javarosa.xpath.XPathParseTool;
import org.javarosa.xpath.expr.XPathExpression;
import org.javarosa.xpath.expr.XPathPathExpr;
import org.javarosa.xpath.expr.XPathUnaryOpExpr;
import org.javarosa.xpath.expr.XPathBinaryOpExpr;
import org.javarosa.xpath.expr.XPathBoolExpr;
import org.javarosa.xpath.expr.XPathEqExpr;
import org.javarosa.xpath.expr.XPathFuncExpr;
import org.javarosa.xpath.expr.XPathStep;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** What a form's binds and actions say, by path: its conditions, calculations and constraints, parsed by JavaRosa. */
class Rules {
    final Map<String, XPathExpression> relevant = new LinkedHashMap<>();
    final Map<String, String> words = new HashMap<>();
    final Map<String, XPathExpression> constraint = new HashMap<>();
    final Map<String, List<XPathExpression>> value = new HashMap<>();
    final Set<String> asked = new HashSet<>();

    Rules(File form) throws Exception {
        DocumentBuilderFactory parsers = DocumentBuilderFactory.newInstance();
        parsers.setNamespaceAware(true);
        org.w3c.dom.Document xml = parsers.newDocumentBuilder().parse(form);
        NodeList binds = xml.getElementsByTagNameNS("*", "bind");
        for (int i = 0; i < binds.getLength(); i++) {
            Element bind = (Element) binds.item(i);
            String path = bind.getAttribute("nodeset").trim();
            put(relevant, path, bind.getAttribute("relevant"));
            words.put(path, bind.getAttribute("relevant").trim());
            put(constraint, path, bind.getAttribute("constraint"));
            addValue(path, bind.getAttribute("calculate"));
        }
        for (String control : List.of("input", "select", "select1", "range", "trigger", "upload", "rank")) {
            NodeList controls = xml.getElementsByTagNameNS("*", control);
            for (int i = 0; i < controls.getLength(); i++) {
                asked.add(((Element) controls.item(i)).getAttribute("ref").trim());
            }
        }
        NodeList actions = xml.getElementsByTagNameNS("*", "setvalue");
        for (int i = 0; i < actions.getLength(); i++) {
            Element action = (Element) actions.item(i);
            addValue(action.getAttribute("ref").trim(), action.getAttribute("value"));
        }
    }

    private static void put(Map<String, XPathExpression> where, String path, String text) throws Exception {
        if (!text.isBlank()) {
            where.put(path, XPathParseTool.parseXPath(text));
        }
    }

    private void addValue(String path, String text) throws Exception {
        if (!text.isBlank()) {
            value.computeIfAbsent(path, p -> new ArrayList<>()).add(XPathParseTool.parseXPath(text));
        }
    }

    /** The path in the form itself that an expression is, or null: of another list, or no path at all. "" is the node itself. */
    static String pathOf(XPathExpression e) {
        if (!(e instanceof XPathPathExpr) || ((XPathPathExpr) e).init_context == XPathPathExpr.INIT_CONTEXT_EXPR) {
            return null;
        }
        TreeReference ref = ((XPathPathExpr) e).getReference();
        return ref.isAbsolute() ? ref.genericize().toString(false) : ref.size() == 0 && ref.getRefLevel() <= 0 ? "" : null;
    }

    /** Every path in the form itself that an expression reads, also where it looks something up in a list. */
    static List<String> pathsIn(XPathExpression e) {
        List<String> found = new ArrayList<>();
        collect(e, found);
        return found;
    }

    private static void collect(XPathExpression e, List<String> found) {
        if (e instanceof XPathBinaryOpExpr) {
            collect(((XPathBinaryOpExpr) e).a, found);
            collect(((XPathBinaryOpExpr) e).b, found);
        } else if (e instanceof XPathUnaryOpExpr) {
            collect(((XPathUnaryOpExpr) e).a, found);
        } else if (e instanceof XPathFuncExpr) {
            for (XPathExpression arg : ((XPathFuncExpr) e).args) {
                collect(arg, found);
            }
        } else if (e instanceof XPathPathExpr) {
            String path = pathOf(e);
            if (path != null && !path.isEmpty()) {
                found.add(path);
            }
            for (XPathStep step : ((XPathPathExpr) e).steps) {
                for (XPathExpression predicate : step.predicates) {
                    collect(predicate, found);
                }
            }
        }
    }

    /** Of each path that rows of a list are counted or found by: the column that is compared with it. */
    static Map<String, XPathPathExpr> lookupsIn(XPathExpression e) {
        Map<String, XPathPathExpr> found = new HashMap<>();
        for (XPathPathExpr list : listsIn(e, new ArrayList<>())) {
            for (int i = 0; i < list.steps.length; i++) {
                for (XPathExpression predicate : list.steps[i].predicates) {
                    addLookups(list, i, predicate, found);
                }
            }
        }
        return found;
    }

    private static void addLookups(XPathPathExpr list, int at, XPathExpression predicate, Map<String, XPathPathExpr> found) {
        if (predicate instanceof XPathBoolExpr) {
            addLookups(list, at, ((XPathBoolExpr) predicate).a, found);
            addLookups(list, at, ((XPathBoolExpr) predicate).b, found);
        } else if (predicate instanceof XPathEqExpr && ((XPathEqExpr) predicate).equal) {
            XPathExpression column = ((XPathEqExpr) predicate).a;
            String path = pathOf(((XPathEqExpr) predicate).b);
            if (column instanceof XPathPathExpr && pathOf(column) == null && path != null && !path.isEmpty()) {
                XPathStep[] steps = new XPathStep[at + 2];
                for (int i = 0; i <= at; i++) {
                    steps[i] = new XPathStep(list.steps[i].axis, list.steps[i].name);
                }
                steps[at + 1] = ((XPathPathExpr) column).steps[0];
                found.put(path, new XPathPathExpr(list.filtExpr, steps));
            }
        }
    }

    private static List<XPathPathExpr> listsIn(XPathExpression e, List<XPathPathExpr> found) {
        if (e instanceof XPathBinaryOpExpr) {
            listsIn(((XPathBinaryOpExpr) e).a, found);
            listsIn(((XPathBinaryOpExpr) e).b, found);
        } else if (e instanceof XPathFuncExpr) {
            for (XPathExpression arg : ((XPathFuncExpr) e).args) {
                listsIn(arg, found);
            }
        } else if (e instanceof XPathPathExpr && ((XPathPathExpr) e).init_context == XPathPathExpr.INIT_CONTEXT_EXPR) {
            found.add((XPathPathExpr) e);
        }
        return found;
    }

    /** Whether a node shows on the very condition on which the page around it does, so that it cannot be hidden alone. */
    boolean isAsItsPage(String path) {
        String up = parentOf(path);
        while (!up.isEmpty() && !relevant.containsKey(up)) {
            up = parentOf(up);
        }
        return !up.isEmpty() && words.get(up).equals(words.get(path));
    }

    static String parentOf(String path) {
        return path.substring(0, path.lastIndexOf('/'));
    }
}
