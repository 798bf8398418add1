import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.File;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.javarosa.core.model.Constants;
import org.javarosa.core.model.FormIndex;
import org.javarosa.core.model.GroupDef;
import org.javarosa.core.model.IFormElement;
import org.javarosa.core.model.SelectChoice;
import org.javarosa.core.model.ValidateOutcome;
import org.javarosa.core.model.condition.EvaluationContext;
import org.javarosa.core.model.data.StringData;
import org.javarosa.core.model.instance.DataInstance;
import org.javarosa.core.model.instance.InstanceInitializationFactory;
import org.javarosa.core.model.instance.TreeElement;
import org.javarosa.core.model.instance.TreeReference;
import org.javarosa.core.services.transport.payload.ByteArrayPayload;
import org.javarosa.form.api.FormEntryController;
import org.javarosa.form.api.FormEntryPrompt;
import org.javarosa.model.xform.XFormSerializingVisitor;
import org.javarosa.model.xform.XPathReference;
import org.javarosa.xpath.XPathNodeset;
import org.javarosa.xpath.expr.XPathBoolExpr;
import org.javarosa.xpath.expr.XPathCmpExpr;
import org.javarosa.xpath.expr.XPathExpression;
import org.javarosa.xpath.expr.XPathFuncExpr;
import org.javarosa.xpath.expr.XPathPathExpr;

/**
 * Many records of one form, answered at random from seeds, steered to what was seldom asked. The form is read once.
 *
 *   {"cmd":"fills", "form":..., "media":..., "out":..., "entities":{}, "seed":1, "count":10, "answers":{name: value},
 *    "languages":["中文 (zh)", ...], "bbox":[...], "properties":{}}
 *   -> {"records":[{"file":..., "media":[...], "instanceId":...}], "unfinished":{why: times}, "branches":[{path, shown, hidden}]}
 *
 * `branches` are counted over all requests for forms of one id and version in the life of the process.
 */
class RandomFills {
    static final int TRIES = 8, REFUSALS = 60, GUESSES = 6;
    static final double BLANK = 0.15;
    static final Map<String, Branches> KNOWN = new HashMap<>();

    final CollectForm.Session session;
    final Rules rules;
    final Branches branches;
    final JsonNode given;
    final Map<String, Integer> unfinished = new HashMap<>();
    Random random;
    Wishes wishes;

    RandomFills(CollectForm.Session session, File form, JsonNode given) throws Exception {
        this.session = session;
        this.given = given;
        rules = new Rules(form);
        ObjectNode header = session.header();
        String key = header.path("formId").asText() + " " + header.path("formVersion").asText();
        branches = KNOWN.computeIfAbsent(key, k -> new Branches(rules));
    }

    static ObjectNode serve(CollectForm.Session session, JsonNode req) throws Exception {
        return new RandomFills(session, session.formFile, req.path("answers")).fillAll(req);
    }

    ObjectNode fillAll(JsonNode req) throws Exception {
        TreeElement untouched = session.form.getMainInstance().getRoot().deepCopy(true);
        File out = new File(req.path("out").asText());
        ObjectNode reply = session.header();
        ArrayNode records = reply.putArray("records");
        long seed = req.path("seed").asLong();
        for (int i = 0; i < req.path("count").asInt(); i++) {
            String language = req.path("languages").path(i % Math.max(1, req.path("languages").size())).asText("");
            for (int attempt = 0; attempt < TRIES; attempt++) {
                begin(untouched, new File(out, Integer.toString(i)), seed + i + attempt * 1_000_003L, req, language);
                if (fillOne()) {
                    records.add(write());
                    break;
                }
            }
        }
        branches.tell(reply);
        reply.set("unfinished", CollectForm.JSON.valueToTree(unfinished));
        return reply;
    }

    void begin(TreeElement untouched, File folder, long seed, JsonNode req, String language) {
        CollectForm.sampler = new CollectForm.Sampler(seed, req.get("bbox"));
        random = CollectForm.sampler.random;
        random.nextInt(); // first numbers of neighbouring seeds are alike
        session.outDir = folder;
        folder.mkdirs();
        session.media.clear();
        session.problems.clear();
        session.audit.setLength(0);
        session.form.getMainInstance().setRoot(untouched.deepCopy(true));
        renewBranchIds();
        session.form.initialize(true, new InstanceInitializationFactory());
        if (!language.isEmpty()) {
            session.fec.setLanguage(language);
        }
        wishes = random.nextInt(4) == 0 ? new Wishes(rules, random) : wish();
    }

    Wishes wish() {
        Map<String, Boolean> rarest = branches.rarest(random);
        Wishes best = null;
        for (int i = 0; i < GUESSES && (best == null || best.contradictions() > 0); i++) {
            Wishes other = new Wishes(rules, random);
            rarest.forEach(other::wantShown);
            best = best == null || other.contradictions() < best.contradictions() ? other : best;
        }
        return best;
    }

    /** Each record is one of another phone, which has just fetched the lists. */
    void renewBranchIds() {
        for (Enumeration<DataInstance> all = session.form.getNonMainInstances(); all.hasMoreElements();) {
            Object root = all.nextElement().getRoot();
            for (int i = 0; root instanceof TreeElement && i < ((TreeElement) root).getNumChildren(); i++) {
                TreeElement branch = ((TreeElement) root).getChildAt(i).getFirstChild("__branchId");
                if (branch != null) {
                    branch.setValue(new StringData(UUID.randomUUID().toString()));
                }
            }
        }
    }

    // ---------------------------------------------------------------- one record

    boolean fillOne() throws Exception {
        session.logEvent("form start", "");
        session.fec.jumpToIndex(FormIndex.createBeginningOfFormIndex());
        int event;
        while ((event = session.fec.stepToNextEvent()) != FormEntryController.EVENT_END_OF_FORM) {
            if (event == FormEntryController.EVENT_QUESTION) {
                FormEntryPrompt prompt = session.model.getQuestionPrompt();
                read(prompt);
                if (!prompt.isReadOnly()) {
                    answer(prompt);
                }
            }
        }
        ValidateOutcome bad = session.form.validate();
        if (bad != null) {
            unfinished.merge(bad.failedPrompt.getReference().toString(false), 1, Integer::sum);
            return false;
        }
        branches.count(session.form);
        return true;
    }

    /** A screen shows all its words; what cannot be worked out breaks here. */
    static void read(FormEntryPrompt prompt) {
        prompt.getQuestionText();
        prompt.getHelpText();
        prompt.getConstraintText();
        List<SelectChoice> choices = prompt.getControlType() == Constants.CONTROL_INPUT ? null : prompt.getSelectChoices();
        for (int i = 0; choices != null && i < Math.min(choices.size(), 20); i++) {
            prompt.getSelectChoiceText(choices.get(i));
        }
    }

    void answer(FormEntryPrompt prompt) throws Exception {
        TreeReference ref = prompt.getIndex().getReference();
        String path = ref.genericize().toString(false);
        session.logEvent("question", path);
        JsonNode fixed = given.get(ref.getNameLast());
        if (fixed != null) {
            if (session.submit(prompt, fixed.isNull() ? null : fixed.asText()) != FormEntryController.ANSWER_OK) {
                session.problems.add("given answer refused at " + path + ": " + fixed.asText());
            }
            return;
        }
        Wishes.Wish wish = wishes.byPath.get(path);
        if (staysAsIs(prompt, wish)) {
            return;
        }
        List<String> hints = session.constraintLiterals(ref);
        for (int attempt = 0; attempt < REFUSALS; attempt++) {
            String text = attempt < REFUSALS / 2 ? guess(prompt, attempt < REFUSALS / 4 ? wish : null, ref, path, attempt, hints)
                : CollectForm.sampler.value(prompt, attempt, hints, session);
            if (text == null) {
                break;
            }
            if (session.submit(prompt, text) == FormEntryController.ANSWER_OK) {
                return;
            }
            showRefused(prompt, text);
        }
        session.submit(prompt, null);
    }

    boolean staysAsIs(FormEntryPrompt prompt, Wishes.Wish wish) {
        if (wish != null && wish.known != null && prompt.getControlType() == Constants.CONTROL_INPUT) {
            return false;
        }
        if (wish != null && wish.answered != null && wish.equal.isEmpty() && wish.with.isEmpty()) {
            if (!wish.answered && !prompt.isRequired()) {
                session.submit(prompt, null);
                return true;
            }
            return wish.answered && wish.bounds.isEmpty() && prompt.getAnswerValue() != null && random.nextInt(3) > 0;
        }
        if (wish != null && !(wish.equal.isEmpty() && wish.never.isEmpty() && wish.with.isEmpty() && wish.without.isEmpty())) {
            return false;
        }
        if (prompt.getAnswerValue() != null) {
            return random.nextInt(3) > 0;
        }
        return !prompt.isRequired() && random.nextDouble() < BLANK;
    }

    /** On a page with several questions an answer stands at once, and what hangs on it shows, before it is refused. */
    void showRefused(FormEntryPrompt prompt, String text) throws Exception {
        if (!isOnPage(prompt)) {
            return;
        }
        session.fec.saveAnswer(prompt.getIndex(), session.cast(prompt, text), true);
        branches.glance(session.form);
        session.fec.saveAnswer(prompt.getIndex(), null, true);
    }

    boolean isOnPage(FormEntryPrompt prompt) {
        for (org.javarosa.form.api.FormEntryCaption up : session.model.getCaptionHierarchy(prompt.getIndex())) {
            IFormElement element = up.getFormElement();
            if (element instanceof GroupDef && "field-list".equals(element.getAppearanceAttr())) {
                return true;
            }
        }
        return false;
    }

    // ---------------------------------------------------------------- guesses

    String guess(FormEntryPrompt prompt, Wishes.Wish wish, TreeReference ref, String path, int attempt, List<String> hints) throws Exception {
        int control = prompt.getControlType();
        if (control == Constants.CONTROL_SELECT_ONE || control == Constants.CONTROL_SELECT_MULTI) {
            return choose(prompt, wish, control == Constants.CONTROL_SELECT_MULTI);
        }
        int type = prompt.getDataType();
        boolean day = type == Constants.DATATYPE_DATE;
        if (control == Constants.CONTROL_INPUT && (day || type == Constants.DATATYPE_INTEGER || type == Constants.DATATYPE_DECIMAL)) {
            double[] span = spanOf(wish, ref, path, day);
            if (span != null) {
                return within(span, type);
            }
        }
        String known = wish == null || wish.known == null || attempt > 3 ? null : oneOf(wish.known);
        return known != null ? known : CollectForm.sampler.value(prompt, attempt, hints, session);
    }

    /** Any value of a column of a list. */
    String oneOf(XPathPathExpr column) {
        XPathNodeset found = column.eval(session.form.getMainInstance(), session.form.getEvaluationContext());
        return found.size() == 0 ? null : XPathFuncExpr.toString(found.getValAt(random.nextInt(found.size())));
    }

    String choose(FormEntryPrompt prompt, Wishes.Wish wish, boolean several) {
        List<SelectChoice> choices = prompt.getSelectChoices();
        if (choices == null || choices.isEmpty()) {
            return null;
        }
        List<String> values = new ArrayList<>();
        choices.forEach(one -> values.add(one.getValue()));
        Collections.shuffle(values, random);
        if (!several) {
            return values.stream().filter(one -> wish != null && wish.equal.contains(one)).findFirst()
                .orElse(values.stream().filter(one -> wish == null || !wish.never.contains(one)).findFirst().orElse(values.get(0)));
        }
        List<String> taken = new ArrayList<>(values.subList(0, 1 + random.nextInt(Math.min(values.size(), 4))));
        if (wish != null) {
            taken.removeAll(wish.without);
            if (!wish.with.isEmpty() && random.nextBoolean()) {
                taken.clear();
            }
            wish.with.stream().filter(one -> values.contains(one) && !taken.contains(one)).forEach(taken::add);
        }
        return taken.isEmpty() ? null : String.join(" ", taken);
    }

    /** The least and the greatest that constraint and wishes leave, as numbers (days since 1970 for a date). */
    double[] spanOf(Wishes.Wish wish, TreeReference ref, String path, boolean day) {
        double[] span = {Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY};
        narrow(rules.constraint.get(path), span, ref, day);
        if (wish != null) {
            double[] wished = span.clone();
            for (Wishes.Bound bound : wish.bounds) {
                cut(wished, bound.op, bound.other, ref, day);
            }
            for (String text : wish.equal) {
                double number = XPathFuncExpr.toNumeric(text);
                wished = Double.isNaN(number) ? wished : new double[] {number, number};
            }
            if (wished[0] <= wished[1]) {
                span = wished;
            }
        }
        double room = day ? 400 : 100;
        if (Double.isInfinite(span[0]) && Double.isInfinite(span[1])) {
            return null;
        }
        span[0] = Double.isInfinite(span[0]) ? span[1] - room : span[0];
        span[1] = Double.isInfinite(span[1]) ? span[0] + room : span[1];
        return span[0] <= span[1] ? span : null;
    }

    /** Takes what a constraint says of the answer itself in comparisons that must all hold. */
    void narrow(XPathExpression e, double[] span, TreeReference ref, boolean day) {
        if (e instanceof XPathBoolExpr && ((XPathBoolExpr) e).op == XPathBoolExpr.AND) {
            narrow(((XPathBoolExpr) e).a, span, ref, day);
            narrow(((XPathBoolExpr) e).b, span, ref, day);
        } else if (e instanceof XPathBoolExpr) {
            narrow(random.nextBoolean() ? ((XPathBoolExpr) e).a : ((XPathBoolExpr) e).b, span, ref, day);
        } else if (e instanceof XPathCmpExpr && "".equals(Rules.pathOf(((XPathCmpExpr) e).a))) {
            cut(span, ((XPathCmpExpr) e).op, ((XPathCmpExpr) e).b, ref, day);
        } else if (e instanceof XPathCmpExpr && "".equals(Rules.pathOf(((XPathCmpExpr) e).b))) {
            cut(span, Wishes.mirrored(((XPathCmpExpr) e).op), ((XPathCmpExpr) e).a, ref, day);
        }
    }

    void cut(double[] span, int op, XPathExpression other, TreeReference ref, boolean day) {
        double number;
        try {
            Object found = other.eval(session.form.getMainInstance(), new EvaluationContext(session.form.getEvaluationContext(), ref));
            number = XPathFuncExpr.toNumeric(XPathFuncExpr.unpack(found));
        } catch (RuntimeException e) {
            return;
        }
        if (Double.isNaN(number)) {
            return;
        }
        double step = day ? 1 : 0.1;
        if (op == XPathCmpExpr.LT || op == XPathCmpExpr.LTE) {
            span[1] = Math.min(span[1], op == XPathCmpExpr.LT ? number - step : number);
        } else {
            span[0] = Math.max(span[0], op == XPathCmpExpr.GT ? number + step : number);
        }
    }

    /** Anywhere between, now and then at an end: that is where rules change. */
    String within(double[] span, int type) {
        double at = random.nextInt(8) == 0 ? span[random.nextInt(2)] : span[0] + random.nextDouble() * (span[1] - span[0]);
        if (type == Constants.DATATYPE_DECIMAL) {
            return String.format(java.util.Locale.ROOT, "%.1f", at);
        }
        long whole = Math.min((long) Math.floor(span[1]), Math.max((long) Math.ceil(span[0]), Math.round(at)));
        return type == Constants.DATATYPE_DATE ? java.time.LocalDate.ofEpochDay(whole).toString() : Long.toString(whole);
    }

    // ---------------------------------------------------------------- what is sent

    ObjectNode write() throws Exception {
        session.fec.finalizeFormEntry();
        session.logEvent("form finalize", "");
        session.writeAudit();
        ByteArrayPayload xml = (ByteArrayPayload)
            new XFormSerializingVisitor().createSerializedPayload(session.form.getMainInstance(), new XPathReference("/"));
        File file = new File(session.outDir, "record.xml");
        Files.write(file.toPath(), xml.getPayloadBytes());
        ObjectNode record = CollectForm.JSON.createObjectNode();
        record.put("file", file.getAbsolutePath());
        record.put("instanceId", session.metaText(session.metaSection(), "instanceID"));
        record.set("media", CollectForm.JSON.valueToTree(session.media));
        record.set("problems", CollectForm.JSON.valueToTree(session.problems));
        return record;
    }
}
